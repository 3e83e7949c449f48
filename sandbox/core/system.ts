import type { BaseOptions, SystemHandle } from './handle.ts';

/** What every system is asked for when it starts; its own options override it. */
export interface Asked {
  /** Default: any free port. */
  readonly port?: number;
  /** Where it sends its webhooks. Left out: nowhere. */
  readonly hook?: string;
  /** What it proves its webhooks with. */
  readonly secret: string;
}

/** What a person or a configuration must know to use a running system: its address, accounts, tokens and secrets. */
export interface Described {
  readonly origin: string;
}

/** How Deskbridge is usually connected to a system. */
export interface UsualConnection {
  /** Its name in the configuration, and the end of its webhook address. `helpdesk` stands at the top of the file. */
  readonly name: string;
  /** Its settings as YAML on one line. Secrets are references to `variables`. */
  yaml(origin: string): string;
  /** The environment variables that the settings refer to, with their well-known values. */
  readonly variables: { readonly [variable: string]: string };
}

/**
 * A remote system of the sandbox. Account ids, tokens and secrets have well-known defaults, which open nothing outside of the sandbox;
 * `Options` are what can be overridden.
 */
export interface SandboxSystem<Options extends BaseOptions, Handle extends SystemHandle, Description extends Described> {
  /** The name of its folder and of its line in `systems.ts`. */
  readonly name: string;
  /** The vendor's name, as people write it. */
  readonly title: string;
  /** Where `deskbridge sandbox` has it listen. No two systems have the same. */
  readonly port: number;
  /** What it proves its webhooks with, unless told otherwise. */
  readonly secret: string;
  readonly connection: UsualConnection;
  /** Starts it on 127.0.0.1. Rejects where it cannot listen. */
  start(asked: Asked & Partial<Options>): Promise<Handle>;
  /** `secret`: what it was started with. Overridden tokens are not described: who overrides them knows them. */
  describe(handle: Handle, secret: string): Description;
}
