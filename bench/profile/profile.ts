import { parseArgs } from 'node:util';
import { z } from 'zod';
import { collect, loadOf } from '../ingest/phases.ts';
import { toTable } from '../rig/table.ts';
import { openStage } from '../ingest/stage.ts';
import { sendClosedLoop } from '../rig/load.ts';
import type { IngestSurroundings } from '../ingest/ingest.ts';
import type { RunningSystem, Stage } from '../ingest/stage.ts';

const HELP = `Says where the time of receiving and delivering goes.

  npm run bench -- profile [--json] [--seconds N] [--help]

The floor and the product on PostgreSQL take events for N seconds (default 5) with nothing delivered; then the product delivers them.
Each phase is sampled in the process itself. Figures are microseconds an event, by part of the program: of the main thread, while it
was not idle. "all threads" is the processor time of the whole process, Temporal's native threads and the collector's included.
Exit status: 0 measured, 2 nothing could be measured.
`;

const WARM_UP_MS = 5_000;

const parts = z.record(z.string(), z.number());
const usage = z.object({ cpuMs: z.number() });

/** What one phase came to. */
interface Phase {
  readonly name: string;
  readonly events: number;
  /** Microseconds an event, by part. */
  readonly parts: Readonly<Record<string, number>>;
  /** Likewise, of the whole process. */
  readonly allThreads: number;
}

/** Runs the command; gives the exit status. */
export async function runProfile(args: readonly string[], surroundings: IngestSurroundings): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, help: { type: 'boolean' }, seconds: { type: 'string', default: '5' } },
  });
  const { temporalCliPath, postgresUrl, write, progress } = surroundings;
  if (values.help) {
    write(HELP);
    return 0;
  }
  if (temporalCliPath === undefined || postgresUrl === undefined) {
    progress('Temporal CLI or PostgreSQL is missing: run this as `npm run bench -- profile`, where PostgreSQL can be had.');
    return 2;
  }
  const stage = await openStage({ temporalCliPath, postgresUrl, systems: ['floor', 'postgres'], onProgress: progress });
  try {
    const phases: Phase[] = [];
    for (const system of stage.systems) phases.push(...(await profileSystem(stage, system, Number(values.seconds) * 1000, progress)));
    write(values.json ? `${JSON.stringify(phases, null, 2)}\n` : toText(phases));
    return 0;
  } finally {
    await stage.close();
  }
}

async function profileSystem(stage: Stage, system: RunningSystem, ms: number, progress: (text: string) => void): Promise<readonly Phase[]> {
  const { child, name } = system;
  const keeps = name !== 'floor';
  const take = (prefix: string, forMs: number): ReturnType<typeof sendClosedLoop> =>
    sendClosedLoop(loadOf(stage, system, prefix), { ms: forMs });
  progress(`${name}: warming up`);
  const warm = await take('warm', WARM_UP_MS);
  if (keeps) await collect(stage, warm);
  await child.ask('pause', true);
  progress(`${name}: acknowledging`);
  const acks = await sample(system, 'acknowledging', async () => {
    const sent = await take('profile', ms);
    return { sent, events: sent.acknowledged.size };
  });
  if (!keeps) return [acks.phase];
  progress(`${name}: delivering`);
  const delivered = await sample(system, 'delivering', async () => {
    await child.ask('pause', false);
    const { lost } = await collect(stage, acks.result.sent);
    return { events: acks.result.events - lost };
  });
  return [acks.phase, delivered.phase];
}

async function sample<T extends { readonly events: number }>(
  { child, name }: RunningSystem,
  what: string,
  work: () => Promise<T>,
): Promise<{ readonly phase: Phase; readonly result: T }> {
  const before = usage.parse(await child.ask('usage'));
  await child.ask('sample', true);
  const result = await work();
  const spent = parts.parse(await child.ask('sample', false));
  const after = usage.parse(await child.ask('usage'));
  const { events } = result;
  const perEvent = Object.fromEntries(Object.entries(spent).map(([part, us]) => [part, us / events]));
  return {
    result,
    phase: { name: `${what}, ${name}`, events, parts: perEvent, allThreads: ((after.cpuMs - before.cpuMs) * 1000) / events },
  };
}

function toText(phases: readonly Phase[]): string {
  const names = [...new Set(phases.flatMap(({ parts: spent }) => Object.keys(spent)))];
  const most = (part: string): number => Math.max(...phases.map((phase) => phase.parts[part] ?? 0));
  const rows = names.sort((a, b) => most(b) - most(a)).map((part) => [part, ...phases.map((phase) => whole(phase.parts[part]))]);
  const total = phases.map((phase) => whole(Object.values(phase.parts).reduce((sum, us) => sum + us, 0)));
  const last = [
    ['main thread', ...total],
    ['all threads', ...phases.map((phase) => whole(phase.allThreads))],
    ['events', ...phases.map(({ events }) => String(events))],
  ];
  return `${toTable([['µs an event', ...phases.map(({ name }) => name)], ...rows, ...last])}\n`;
}

function whole(us: number | undefined): string {
  return us === undefined ? '–' : us.toFixed(0);
}
