import { parseArgs } from 'node:util';
import { createPostgres } from '../../store/driver/postgres.ts';
import { toCheckLine } from '../rig/check.ts';
import { toTable } from '../rig/table.ts';
import { openStage } from '../ingest/stage.ts';
import { followArrivals } from './arrivals.ts';
import { inARow, overload } from './phases.ts';
import type { IngestSurroundings } from '../ingest/ingest.ts';
import type { Stage } from '../ingest/stage.ts';
import type { OverloadStage, PhaseFigures } from './phases.ts';

/** Whole tables are counted. */
const STATEMENT_MS = 60_000;

const HELP = `Offers ten times what is delivered, and delivers very many events in a row.

  npm run bench -- overload [--seconds N] [--remote N] [--deliveries N] [--json] [--help]

--seconds N     how long too much is offered (default 30)
--remote N      what the remote system takes a second meanwhile (default 100; 0: all)
--deliveries N  deliveries in a row (default 100000, some minutes; 0: none)
--json          figures as JSON

The product on PostgreSQL, all in one process; Temporal's dev server, in memory; the sink a process of its own. First it is measured
how many a second are delivered, then ten times as many are offered in an open loop. In a row: memory and the cost of the claim
statement are looked at each second, and the last fifth is compared with the second. Every acknowledged id is looked for at the sink.
Exit status: 0 every figure holds, 1 one does not, 2 nothing could be measured.
`;

/** Runs the command; gives the exit status. */
export async function runOverload(args: readonly string[], surroundings: IngestSurroundings): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      seconds: { type: 'string', default: '30' },
      remote: { type: 'string', default: '100' },
      deliveries: { type: 'string', default: '100000' },
    },
  });
  const { temporalCliPath, postgresUrl, write, progress } = surroundings;
  if (values.help) {
    write(HELP);
    return 0;
  }
  if (temporalCliPath === undefined || postgresUrl === undefined) {
    progress('TEMPORAL_CLI_PATH or TEST_POSTGRES_URL is not set: run this as `npm run bench -- overload`, which finds both.');
    return 2;
  }
  const stage = await openStage({ temporalCliPath, postgresUrl, systems: ['postgres'], onProgress: progress });
  try {
    const of = toOverloadStage(stage, progress);
    const figures: PhaseFigures[] = [];
    try {
      figures.push(await overload(of, { ms: Number(values.seconds) * 1000, remotePerSecond: Number(values.remote) }));
      const deliveries = Number(values.deliveries);
      if (deliveries > 0) figures.push(await inARow(of, deliveries));
    } finally {
      await of.db.close();
    }
    write(values.json ? `${JSON.stringify({ figures }, null, 2)}\n` : toOverloadText(figures));
    return figures.every(({ checks }) => checks.every(({ ok }) => ok)) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

function toOverloadStage(stage: Stage, progress: (text: string) => void): OverloadStage {
  const [system] = stage.systems;
  if (system === undefined || stage.databaseUrl === null) throw new Error('the load run started no system on PostgreSQL');
  return {
    stage,
    system,
    db: createPostgres({ url: stage.databaseUrl, max: 1, statementMs: STATEMENT_MS }),
    arrivals: followArrivals(stage.sink),
    progress,
  };
}

function toOverloadText(figures: readonly PhaseFigures[]): string {
  const head = ['phase', 'acknowledged', 'offered/s', 'delivered/s', 'ack p50 ms', 'ack p99 ms', 'RSS MB at most', 'claim p50 ms'];
  const rows = figures.map((one) => [
    one.phase,
    String(one.sent),
    one.offeredPerSecond.toFixed(0),
    one.deliveredPerSecond.toFixed(0),
    one.ackP50Ms.toFixed(1),
    one.ackP99Ms.toFixed(1),
    String(one.rssMaxMb),
    one.claimP50Ms.toFixed(1),
  ]);
  const lines = figures.flatMap(({ phase, checks }) => checks.map((check) => toCheckLine(check, phase)));
  return `${toTable([head, ...rows])}\n\n${lines.join('\n')}\n`;
}
