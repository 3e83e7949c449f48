import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { CliFailure, messageOf } from '../../operator/fail.ts';
import { print } from '../terminal/print.ts';
import { SANDBOX_PORTS, sandboxConfig } from './sandbox-config.ts';
import { formatFields } from '../terminal/table.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { SandboxPorts } from './sandbox-config.ts';
import type { SandboxDescription } from '../../sandbox/main.ts';

const SYSTEMS = ['deskwoot', 'chatwoot', 'stripe', 'slack'] as const;
const CONNECTIONS = { deskwoot: 'helpdesk', chatwoot: 'chatwoot', stripe: 'billing', slack: 'team' } as const;

/** `sandbox`: the remote systems, to try things on. */
export function registerSandbox(program: Command, io: Io): void {
  const command = addCommand(program, {
    usage: 'sandbox',
    summary: 'runs stand-ins of the remote systems until Ctrl-C',
    example: 'deskbridge sandbox --print-config > deskbridge.yaml',
  })
    .option('--ports <list>', 'where they listen; 0 takes a free port', toList(SANDBOX_PORTS))
    .option('--server <origin>', 'the Deskbridge that their webhooks go to', 'http://127.0.0.1:8080')
    .option('--print-config', 'print a deskbridge.yaml for these ports and end');
  const schema = z.object({
    ...baseOptions,
    ports: z.string().transform(readPorts),
    server: z.url({ protocol: /^https?$/, error: 'expected an origin such as http://127.0.0.1:8080' }),
    printConfig: z.boolean().default(false),
  });
  onRun(command, schema, async ({ json, ports, server, printConfig }) => {
    if (printConfig) return print(io, { json }, { yaml: sandboxConfig(ports) }, () => sandboxConfig(ports).trimEnd());
    const { startSandbox } = await import('../../sandbox/main.ts');
    const hooks = Object.fromEntries(SYSTEMS.map((system) => [system, `${server}/webhooks/${CONNECTIONS[system]}`]));
    const sandbox = await startSandbox({ ports, hooks }).catch(failToListen);
    const described = sandbox.describe();
    print(io, { json }, described, () => toText(described));
    await io.untilStopped();
    await sandbox.close();
  });
}

function failToListen(error: unknown): never {
  throw new CliFailure(`The sandbox cannot start: ${messageOf(error)}. Stop what listens there, or name other ports with --ports.`, 1, {
    cause: error,
  });
}

function readPorts(text: string, context: z.RefinementCtx): SandboxPorts {
  const ports: { -readonly [System in keyof SandboxPorts]: number } = { ...SANDBOX_PORTS };
  for (const part of text.split(',')) {
    const [name, port] = part.split('=');
    const system = SYSTEMS.find((one) => one === name);
    if (system === undefined || !/^\d{1,5}$/.test(port ?? '') || Number(port) > 65_535)
      context.addIssue({ code: 'custom', message: `expected a list such as ${toList(SANDBOX_PORTS)}, found "${part}"` });
    else ports[system] = Number(port);
  }
  return ports;
}

function toList(ports: SandboxPorts): string {
  return SYSTEMS.map((system) => `${system}=${ports[system]}`).join(',');
}

function toText(described: SandboxDescription): string {
  const systems = SYSTEMS.map(
    (system) =>
      `${system}\n${formatFields(Object.entries(described[system]).map(([name, value]) => [`  ${name}`, String(value)] as const))}`,
  );
  const control = [
    'Control of each system, below its origin (JSON):',
    '  GET  /_sandbox/state      what it holds',
    '  GET  /_sandbox/journal    what it was asked',
    '  GET  /_sandbox/hooks      what it sent',
    '  POST /_sandbox/faults     make it fail; DELETE makes it well',
    '  POST /_sandbox/<driver>   make its people do something; an unknown name lists the drivers',
    'A configuration for it: deskbridge sandbox --print-config. Stop it with Ctrl-C.',
  ];
  return [...systems, control.join('\n')].join('\n\n');
}
