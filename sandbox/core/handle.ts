import type { Driver } from './control.ts';

import { type Clock, systemClock } from './clock.ts';
import { createControl } from './control.ts';
import { createFaults, type Faults } from './faults.ts';
import { createHookSender, type HookSender } from './hook-sender.ts';
import { createJournal, type Journal } from './journal.ts';
import { startServer, type System } from './server.ts';

/** What every system is made with. */
export interface BaseOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** The parts that a system's state and its server share. */
export interface Parts {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly hooks: HookSender;
}

/** A running system, as far as all systems are alike. */
export interface SystemHandle {
  /** `http://127.0.0.1:<port>`, to which the vendor's own paths are appended. */
  readonly origin: string;
  readonly port: number;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly hooks: HookSender;
  /** Every registered operation, `METHOD path`. */
  readonly routes: readonly string[];
  close(): Promise<void>;
}

/** Makes the shared parts of one system. */
export function createParts(options: BaseOptions): Parts {
  const clock = options.clock ?? systemClock;
  const faults = createFaults();
  return { clock, faults, journal: createJournal(), hooks: createHookSender(clock, faults) };
}

/** Starts the server of a system and its control endpoint. */
export async function startHandle<Caller>(
  parts: Parts,
  system: System<Caller>,
  options: BaseOptions,
  seams: { readonly snapshot: (query: URLSearchParams) => unknown; readonly drivers: { readonly [name: string]: Driver } },
): Promise<SystemHandle> {
  const control = createControl({ ...parts, ...seams });
  const server = await startServer(system, { ...parts, control, port: options.port ?? 0 });
  return {
    origin: server.origin,
    port: server.port,
    faults: parts.faults,
    journal: parts.journal,
    hooks: parts.hooks,
    routes: system.routes.map((route) => `${route.method} ${route.path}`),
    close: async () => {
      await server.close();
      await parts.hooks.close();
    },
  };
}
