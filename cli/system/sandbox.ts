import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { CliFailure, messageOf } from '../../operator/fail.ts';
import { print } from '../terminal/print.ts';
import { formatFields } from '../terminal/table.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { SandboxDescription } from '../../sandbox/main.ts';

/** `sandbox`: the remote systems, to try things on. They are loaded for this command alone. */
export function registerSandbox(program: Command, io: Io): void {
  const command = addCommand(program, {
    usage: 'sandbox',
    summary: 'runs stand-ins of the remote systems until Ctrl-C',
    example: 'deskbridge sandbox --print-config > deskbridge.yaml',
  });
  const portsOption = command.createOption('--ports <list>', 'where they listen; 0 takes a free port');
  command
    .addOption(portsOption)
    .option('--server <origin>', 'the Deskbridge that their webhooks go to', 'http://127.0.0.1:8080')
    .option('--print-config', 'print a deskbridge.yaml for these ports and end');
  program.hook('preSubcommand', async (_program, named) => {
    if (named === command) portsOption.default((await import('./sandbox-ports.ts')).listPorts());
  });
  const schema = z.object({
    ...baseOptions,
    ports: z
      .string()
      .optional()
      .transform(async (text, context) => (await import('./sandbox-ports.ts')).readPorts(text, context)),
    server: z.url({ protocol: /^https?$/, error: 'expected an origin such as http://127.0.0.1:8080' }),
    printConfig: z.boolean().default(false),
  });
  onRun(command, schema, async ({ json, ports, server, printConfig }) => {
    const { sandboxConfig, webhookAddresses } = await import('./sandbox-config.ts');
    if (printConfig) return print(io, { json }, { yaml: sandboxConfig(ports) }, () => sandboxConfig(ports).trimEnd());
    const { startSandbox } = await import('../../sandbox/main.ts');
    const sandbox = await startSandbox({ ports, hooks: webhookAddresses(server) }).catch(failToListen);
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

function toText(described: SandboxDescription): string {
  const systems = Object.entries(described).map(
    ([system, known]) => `${system}\n${formatFields(Object.entries(known).map(([name, value]) => [`  ${name}`, String(value)] as const))}`,
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
