import { parseArgs } from 'node:util';
import { openChaosStage } from '../chaos/stage.ts';
import { toCheckLine } from '../rig/check.ts';
import { toTable } from '../rig/table.ts';
import { runTalk } from './run.ts';
import type { OrderFigures } from './run.ts';
import type { OutagesSurroundings } from '../outages/outages.ts';

const HELP = `Conversations whose messages must arrive once each and in order, while servers and workers are killed in the middle.

  npm run bench -- order [--conversations N] [--messages N] [--json] [--help]

--conversations N  default 200
--messages N       of each conversation (default 20); one in five is sent twice at once, and what is not answered is sent again
--json             figures as JSON

Two servers and two workers on PostgreSQL; kill -9 of one of each when half is acknowledged. Once calm (40 a second), once as a
burst (as fast as they are taken). Read at the sink: each message once, in the order of recording; in the store: no attempt
wrote after a newer one of its key had written.
Exit status: 0 every figure holds, 1 one does not, 2 nothing could be measured.
`;

const CALM_PER_SECOND = 40;

/** Runs the command; gives the exit status. */
export async function runOrder(args: readonly string[], { temporalCliPath, path, write, progress }: OutagesSurroundings): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      conversations: { type: 'string', default: '200' },
      messages: { type: 'string', default: '20' },
    },
  });
  if (values.help) {
    write(HELP);
    return 0;
  }
  if (temporalCliPath === undefined) {
    progress('TEMPORAL_CLI_PATH is not set: run this as `npm run bench -- order`, which finds the Temporal CLI.');
    return 2;
  }
  const size = { conversations: Number(values.conversations), messages: Number(values.messages) };
  const stage = await openChaosStage({ temporalCliPath, path, control: 'none', progress }, { servers: 2, workers: 2 });
  try {
    progress(`calm: ${size.conversations} conversations × ${size.messages} messages, ${CALM_PER_SECOND} a second`);
    const calm = await runTalk(stage, { ...size, perSecond: CALM_PER_SECOND, run: 'calm' });
    progress(`burst: ${size.conversations} conversations × ${size.messages} messages, as fast as they are taken`);
    const burst = await runTalk(stage, { ...size, perSecond: null, run: 'burst' });
    const figures = [calm, burst];
    write(values.json ? `${JSON.stringify({ figures }, null, 2)}\n` : toOrderText(figures));
    return figures.every(({ checks }) => checks.every(({ ok }) => ok)) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

function toOrderText(figures: readonly OrderFigures[]): string {
  const head = ['talk', 'conversations', 'messages', 'requests', 'acknowledged', 'arrived', 'taken in s', 'settled in s'];
  const rows = figures.map((one) => [
    one.talk,
    ...[one.conversations, one.messages, one.sent, one.acknowledged, one.arrived].map(String),
    (one.takenMs / 1000).toFixed(1),
    (one.settledMs / 1000).toFixed(1),
  ]);
  const lines = figures.flatMap(({ talk, checks, parked }) => [
    ...checks.map((check) => toCheckLine(check, talk)),
    ...Object.entries(parked).map(([code, count]) => `        ${talk}: parked and decided: ${count} × ${code}`),
  ]);
  return `${toTable([head, ...rows])}\n\n${lines.join('\n')}\n`;
}
