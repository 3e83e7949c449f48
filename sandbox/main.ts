import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import type { SystemHandle } from './core/handle.ts';
import type { Asked } from './core/system.ts';
import type { DescriptionOf, HandleOf, OptionsOf, SystemName } from './registry.ts';

import { registry, systemNames } from './registry.ts';

type OverridesOf = { readonly [Name in SystemName]: Partial<Asked> & Partial<OptionsOf[Name]> };
type Found<Each> = { -readonly [Name in keyof Each]?: Each[Name] };

/** How the systems are to be; everything has a default. What is given under a system's name overrides the rest. */
export type SandboxOptions = Partial<OverridesOf> & {
  /** Default: free ports. */
  readonly ports?: { readonly [Name in SystemName]?: number };
  /** Where each system sends its webhooks. Left out: nowhere. */
  readonly hooks?: { readonly [Name in SystemName]?: string };
};

/** What a person or a configuration must know to use the sandbox, by system. */
export type SandboxDescription = DescriptionOf;

/** All systems, running, by name. */
export type Sandbox = HandleOf & {
  describe(): SandboxDescription;
  close(): Promise<void>;
};

/** Starts all systems on 127.0.0.1, or none: where one cannot listen the others are closed again, and why is thrown. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started: Found<HandleOf> = {};
  const starting = systemNames.map((name) => start(started, name, askedOf(name, options), options[name] ?? {}));
  try {
    await Promise.all(starting);
  } catch (error) {
    await Promise.allSettled(starting);
    await closeAll(started);
    throw error;
  }
  const handles = whole<HandleOf>(started);
  return { ...handles, describe: () => describeAll(handles, options), close: () => closeAll(handles) };
}

async function start<Name extends SystemName>(
  started: Found<HandleOf>,
  name: Name,
  asked: Asked,
  overrides: OverridesOf[Name],
): Promise<void> {
  started[name] = await registry[name].start({ ...asked, ...overrides });
}

function askedOf(name: SystemName, options: SandboxOptions): Asked {
  const port = options.ports?.[name];
  const hook = options.hooks?.[name];
  return { secret: secretOf(name, options), ...(port === undefined ? {} : { port }), ...(hook === undefined ? {} : { hook }) };
}

function secretOf(name: SystemName, options: SandboxOptions): string {
  return options[name]?.secret ?? registry[name].secret;
}

async function closeAll(started: Partial<HandleOf>): Promise<void> {
  await Promise.all(Object.values<SystemHandle>(started).map((handle) => handle.close()));
}

function describeAll(handles: HandleOf, options: SandboxOptions): SandboxDescription {
  const described: Found<DescriptionOf> = {};
  for (const name of systemNames) describe(described, name, handles, secretOf(name, options));
  return whole<DescriptionOf>(described);
}

function describe<Name extends SystemName>(described: Found<DescriptionOf>, name: Name, handles: HandleOf, secret: string): void {
  described[name] = registry[name].describe(handles[name], secret);
}

/** Tells the compiler that nothing is missing. */
function whole<Each extends { readonly [Name in SystemName]: unknown }>(found: Partial<Each>): Each {
  if (isWhole(found)) return found;
  throw new Error(`The sandbox lacks a system: has ${Object.keys(found).join(', ')}, expected ${systemNames.join(', ')}.`);
}

function isWhole<Each extends { readonly [Name in SystemName]: unknown }>(found: Partial<Each>): found is Each {
  return systemNames.every((name) => found[name] !== undefined);
}

/** Runs the sandbox in a process of its own: `--port-<system>` and `--hook-<system>`; prints its description as one line of JSON, and sends it to a parent. */
async function runAlone(argv: readonly string[]): Promise<void> {
  const flags = Object.fromEntries(
    systemNames.flatMap((name) => [
      [`port-${name}`, { type: 'string' as const }],
      [`hook-${name}`, { type: 'string' as const }],
    ]),
  );
  const { values } = parseArgs({ args: [...argv], options: flags });
  const ports: { [Name in SystemName]?: number } = {};
  const hooks: { [Name in SystemName]?: string } = {};
  for (const name of systemNames) {
    const port = values[`port-${name}`];
    const hook = values[`hook-${name}`];
    if (typeof port === 'string') ports[name] = Number(port);
    if (typeof hook === 'string') hooks[name] = hook;
  }
  const sandbox = await startSandbox({ ports, hooks });
  process.stdout.write(`${JSON.stringify(sandbox.describe())}\n`);
  process.send?.(sandbox.describe());
  const stop = (): void => void sandbox.close().then(() => process.exit(0));
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await runAlone(process.argv.slice(2));
