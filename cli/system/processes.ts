import { z } from 'zod';
import { onRun } from '../terminal/command.ts';
import { temporalCliOrFail } from './temporal-cli.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { ProcessOptions } from '../../processes/dev.ts';

const options = z.object({ config: z.string() });

/** `dev`, `server` and `worker`: the processes, until Ctrl-C. Their log is JSON, a line each. */
export function registerProcesses(program: Command, io: Io): void {
  add(program, io, {
    name: 'dev',
    summary: 'runs everything in one process, on the embedded parts where no others are configured',
    run: async (given) => (await import('../../processes/dev.ts')).runDev(given),
  });
  add(program, io, {
    name: 'server',
    summary: 'runs the receiver and dispatcher; any number of replicas',
    run: async (given) => (await import('../../processes/server.ts')).runServer(given),
  });
  add(program, io, {
    name: 'worker',
    summary: 'runs workflows and activities; any number of replicas',
    run: async (given) => (await import('../../processes/worker.ts')).runWorker(given),
  });
}

interface Process {
  readonly name: string;
  readonly summary: string;
  run(options: ProcessOptions): Promise<void>;
}

function add(program: Command, io: Io, { name, summary, run }: Process): void {
  const command = program
    .command(name)
    .summary(summary)
    .description(`${summary}. Runs until Ctrl-C; its log is JSON, a line each.`)
    .option('--config <path>', 'configuration file', 'deskbridge.yaml')
    .addHelpText('after', `\nExample:\n  $ deskbridge ${name} --config deskbridge.yaml`);
  onRun(command, options, ({ config }) =>
    run({
      configPath: config,
      findTemporalCli: () => temporalCliOrFail(io, 'Or run npm start once, which fetches one, or name a Temporal under temporal.address.'),
      onReady: (ready) => io.err(`${name} runs${placesText(ready)}. Stop it with Ctrl-C.\n`),
    }),
  );
}

function placesText({ server, temporalUi, admin }: Parameters<NonNullable<ProcessOptions['onReady']>>[0]): string {
  const places = [
    ...(server === '' ? [] : [`webhooks come to ${server}/webhooks/<connection>`]),
    `metrics are at ${admin}/metrics`,
    ...(temporalUi === null ? [] : [`the Temporal UI is at ${temporalUi}`]),
  ];
  return `: ${places.join(', ')}`;
}
