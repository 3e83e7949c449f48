import { z } from 'zod';
import { onRun } from '../terminal/command.ts';
import { formatOutcome, formatPlaces } from './demo-report.ts';
import { CliFailure } from '../../operator/fail.ts';
import { temporalCliOrFail } from './temporal-cli.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

const options = z.object({ once: z.boolean().default(false), json: z.boolean().default(false) });

/** `demo`: the whole way of an event, told line by line, against a sandbox of the remote systems. */
export function registerDemo(program: Command, io: Io): void {
  const command = program
    .command('demo')
    .summary('shows the whole way of an event on a sandbox, with a burst and a kill -9 in the middle')
    .description(
      'Starts sandboxes of the remote systems, Temporal and Deskbridge, lets things happen and go wrong, and counts what came of it. Then it stays up for a look.',
    )
    .option('--once', 'end when the table is there: exit code 0 if it is right, 1 if not')
    .option('--json', 'the result as one JSON document; the story goes to standard error')
    .addHelpText('after', '\nExample:\n  $ deskbridge demo --once');
  onRun(command, options, async ({ once, json }) => {
    const temporalCliPath = await temporalCliOrFail(io, 'Or start the demo with npm run demo, which fetches one.');
    const { runDemo } = await import('../../demo/run-demo.ts');
    const right = await runDemo({
      once,
      cwd: io.cwd,
      temporalCliPath,
      script: process.argv[1] ?? '',
      report: { outcome: formatOutcome, places: formatPlaces },
      write: (text) => (json ? io.err(text) : io.out(text)),
      onResult: (result) => (json ? io.out(`${JSON.stringify(result, null, 2)}\n`) : undefined),
      untilStopped: () => io.untilStopped(),
    });
    if (once && !right) throw new CliFailure('The table is not right: the story above says where it stopped, the log what went on.');
  });
}
