import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { runPoints } from './chaos/points-run.ts';
import { runFaults } from './chaos/run.ts';
import type { Control } from './chaos/settings.ts';

const HELP = `Breaks everything that can break while events are coming in, and then compares what was acknowledged with what arrived.

  npm run chaos -- --quick [--json]    faults in turn, under load (some three minutes)
  npm run chaos -- --points [--json]   crash points one by one (five to eight minutes)
  npm run chaos -- --help
  --only name,…                        only these faults or points

--quick: two servers, two workers, PostgreSQL, Temporal's dev server (on a file) and the remote system, each a process of its own.
In turn: a remote system that refuses and cuts answers; kill -9 of a server, of a worker, of Temporal; PostgreSQL stopped
at once; a worker that stalls past its time-out and comes back; an operator who terminates and resets workflows.
Then everything is left to settle, what is parked is decided by looking at the remote system, and for each class of effect
lost, doubled and out of order are counted.

--points: for each place in the way of an event a server, a worker, a remote system and a database of its own. A process
ends itself by SIGKILL exactly there, is started again, and everything is left to settle. Counted as above, and each point
must have been hit.
Exit status: 0 nothing of it, 1 something, 2 the run could not be made.
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`The run could not be made: ${error instanceof Error ? error.message : 'unknown'}\n`);
    return 2;
  });
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      points: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      only: { type: 'string' },
      // Not in the help: they show that the run can fail.
      'without-fence': { type: 'boolean' },
      'without-ledger': { type: 'boolean' },
    },
  });
  const temporalCliPath = process.env['TEMPORAL_CLI_PATH'];
  if (values.help || (!values.quick && !values.points)) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  if (temporalCliPath === undefined) {
    process.stderr.write('TEMPORAL_CLI_PATH is not set: run this as `npm run chaos`, which finds the Temporal CLI.\n');
    return 2;
  }
  const control: Control = values['without-fence'] ? 'without-fence' : values['without-ledger'] ? 'without-ledger' : 'none';
  const report = await (values.points ? runPoints : runFaults)({
    temporalCliPath,
    path: process.env['PATH'] ?? '',
    control,
    only: values.only?.split(',') ?? null,
    progress: (text) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : report.text);
  return report.clean ? 0 : 1;
}
