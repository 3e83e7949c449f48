import type { SandboxSystem } from './core/system.ts';

import * as systems from './systems.ts';

type Systems = typeof systems;

/** The name of a system: that of its folder. */
export type SystemName = keyof Systems;

/** What of each system can be overridden, by its name. */
export type OptionsOf = {
  readonly [Name in SystemName]: Systems[Name] extends SandboxSystem<infer Options, infer _Handle, infer _Description> ? Options : never;
};
/** Each system, running. */
export type HandleOf = { readonly [Name in SystemName]: Awaited<ReturnType<Systems[Name]['start']>> };
/** What must be known to use each system. */
export type DescriptionOf = { readonly [Name in SystemName]: ReturnType<Systems[Name]['describe']> };

/** Every system, by name. The type pairs a name with its own options, handle and description, for functions over any name. */
export const registry: { readonly [Name in SystemName]: SandboxSystem<OptionsOf[Name], HandleOf[Name], DescriptionOf[Name]> } = systems;

/** Their names, in the order of their ports. */
export const systemNames: readonly SystemName[] = Object.keys(systems).filter(isSystemName).sort(byPort);

/** Whether there is a system of this name. */
export function isSystemName(text: string): text is SystemName {
  return Object.hasOwn(systems, text);
}

/** The names of all systems, as people write them. */
export function systemTitles(): string[] {
  return systemNames.map((name) => registry[name].title);
}

function byPort(one: SystemName, other: SystemName): number {
  return registry[one].port - registry[other].port;
}
