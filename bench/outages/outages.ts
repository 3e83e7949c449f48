import { parseArgs } from 'node:util';
import { openChaosStage } from '../chaos/stage.ts';
import { toCheckLine } from '../rig/check.ts';
import { toTable } from '../rig/table.ts';
import { playScene } from './scene.ts';
import { SCENES } from './scenes.ts';
import type { OutageSizes, SceneFigures } from './scene.ts';

const HELP = `Takes away what the product stands on while events come in, and looks for every acknowledged one at the sink.

  npm run bench -- outages [--seconds N] [--only ${SCENES.map(({ name }) => name).join(',')}] [--json] [--help]

${SCENES.map(({ name, what }) => `${name.padEnd(9)} ${what}`).join('\n')}

--seconds N  length of each outage (default 60)
--only …     some of them
--json       figures as JSON

Two servers, two workers, PostgreSQL, Temporal's dev server (on a file) and the sink, each a process of its own.
80 events a second over four flows; for a remote system that is down 200 a second to it, and 20 to another.
Exit status: 0 every figure holds, 1 one does not, 2 nothing could be measured.
`;

const REST_MS = 10_000;
const ALL_PER_SECOND = 80;
const BROKEN_PER_SECOND = 200;

/** What the command takes from the environment. */
export interface OutagesSurroundings {
  readonly temporalCliPath: string | undefined;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  write(text: string): void;
  progress(text: string): void;
}

/** Runs the command; gives the exit status. */
export async function runOutages(
  args: readonly string[],
  { temporalCliPath, path, write, progress }: OutagesSurroundings,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      seconds: { type: 'string', default: '60' },
      only: { type: 'string' },
    },
  });
  if (values.help) {
    write(HELP);
    return 0;
  }
  if (temporalCliPath === undefined) {
    progress('TEMPORAL_CLI_PATH is not set: run this as `npm run bench -- outages`, which finds the Temporal CLI.');
    return 2;
  }
  const only = values.only?.split(',') ?? null;
  const scenes = SCENES.filter(({ name }) => only?.includes(name) ?? true);
  const outageMs = Number(values.seconds) * 1000;
  const sizes: OutageSizes = { outageMs, restMs: REST_MS, allPerSecond: ALL_PER_SECOND, brokenPerSecond: BROKEN_PER_SECOND };
  const options = { temporalCliPath, path, control: 'none', progress } as const;
  const stage = await openChaosStage(options, { servers: 2, workers: 2 });
  try {
    const figures: SceneFigures[] = [];
    for (const scene of scenes) {
      progress(`${scene.name}: ${scene.what} for ${values.seconds} s`);
      figures.push(await playScene(stage, scene, sizes, scene.name));
    }
    write(values.json ? `${JSON.stringify({ sizes, figures }, null, 2)}\n` : toOutagesText(figures));
    return figures.length > 0 && figures.every(({ checks }) => checks.every(({ ok }) => ok)) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** The figures as text for people. */
function toOutagesText(figures: readonly SceneFigures[]): string {
  const head = [
    'outage',
    'sent',
    'acknowledged',
    'refused',
    'ack p99 ms',
    'slowest ms',
    'lost',
    'doubled',
    'out of order',
    'settled after s',
  ];
  const rows = figures.map((one) => [
    one.scene,
    String(one.sent),
    String(one.acknowledged),
    listOf(one.refused),
    one.ackP99Ms.toFixed(0),
    one.slowestMs.toFixed(0),
    String(one.lost),
    String(one.doubled),
    String(one.outOfOrder),
    (one.settledAfterMs / 1000).toFixed(1),
  ]);
  const lines = figures.flatMap(({ scene, checks, parked, explained }) => [
    ...checks.map((check) => toCheckLine(check, scene)),
    ...(Object.keys(parked).length === 0 ? [] : [`        ${scene}: parked and decided: ${listOf(parked)}`]),
    ...explained.map((text) => `        ${scene}: lost: ${text}`),
  ]);
  return `${toTable([head, ...rows])}\n\n${lines.join('\n')}\n`;
}

function listOf(counts: { readonly [name: string]: number }): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} × ${name}`);
  return parts.length === 0 ? '–' : parts.join(', ');
}
