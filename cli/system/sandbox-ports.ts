import type { z } from 'zod';
import { isSystemName, registry, systemNames } from '../../sandbox/registry.ts';
import type { SystemName } from '../../sandbox/registry.ts';

const HIGHEST_PORT = 65_535;

/** Where the systems of the sandbox listen; one that is left out listens at its usual port. */
export type SandboxPorts = { readonly [Name in SystemName]?: number };

/** Where one of them listens. */
export function portOf(name: SystemName, ports: SandboxPorts): number {
  return ports[name] ?? registry[name].port;
}

/** All of them, as `--ports` takes them. */
export function listPorts(ports: SandboxPorts = {}): string {
  return systemNames.map((name) => `${name}=${portOf(name, ports)}`).join(',');
}

/** Reads `--ports`; the answer leaves none out. */
export function readPorts(text: string | undefined, context: z.RefinementCtx): SandboxPorts {
  const ports: { [Name in SystemName]?: number } = Object.fromEntries(systemNames.map((name) => [name, registry[name].port]));
  for (const part of text?.split(',') ?? []) {
    const [name = '', port = ''] = part.split('=');
    if (isSystemName(name) && /^\d{1,5}$/.test(port) && Number(port) <= HIGHEST_PORT) ports[name] = Number(port);
    else context.addIssue({ code: 'custom', message: `expected a list such as ${listPorts()}, found "${part}"` });
  }
  return ports;
}
