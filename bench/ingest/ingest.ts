import { parseArgs } from 'node:util';
import { judgeIngest, toIngestText } from './report.ts';
import { measureAcks, measureBurst, measureCalm } from './phases.ts';
import { SYSTEMS } from './settings.ts';
import { openStage } from './stage.ts';
import { TEMPORAL_KINDS, toTemporalKind } from '../rig/temporal-choice.ts';
import type { SystemFigures } from './report.ts';
import type { RunningSystem, Stage, StageOptions } from './stage.ts';
import type { TemporalKind } from '../rig/temporal-choice.ts';

const HELP = `Measures receiving and delivering, the four ways side by side in one run.

  npm run bench -- ingest [--temporal dev|real] [--json] [--seconds N] [--rounds N] [--burst N] [--systems S,…] [levers] [--help]

floor     the same receiver and verification, nothing kept
postgres  the product on PostgreSQL        } receiver, dispatcher and worker in one process
pglite    the product on the embedded store }
bare      client.workflow.start for each request, one activity

--temporal   dev: the CLI's dev server, in memory (the default, and the fastest for bare); real: a server of four services on a
             PostgreSQL of its own, built with Go on first use (some minutes), kept in the user's cache folder
--seconds N  length of each phase of acknowledging (default 1.5)
--rounds N   rounds of acknowledging, the systems by turns; a ratio is the median over the rounds (default 9)
--burst N    events of the burst (default 5000; bare gets 300, it would take minutes)
--systems S  which of the four, by commas: floor,postgres,pglite,bare (default all)
--batch N    lever: groups that a batch is started with (default 64)
--credit N   lever: groups of the flow under way at a time (default 256)
--no-refill  lever: batches that take nothing further
--cpu-prof D V8 profiles of every system in folder D, for a closer look than the profile command gives
--json       figures as JSON

Acknowledging: 32 connections, each sends when it was answered; what is recorded is held back and delivered afterwards.
Burst: the same with delivery going on. Calm: 10 events a second for 10 s. Each event is one HTTP call at a sink in a process of
its own; every acknowledged id is looked for there.
Exit status: 0 every figure holds, 1 one does not, 2 nothing could be measured.
`;

const BARE_BURST = 300;
const CALM_MS = 10_000;
/** Until the compiler has seen to the hot path: a receiver is three times as fast after some 10,000 requests. */
const WARM_UP_MS = 4_000;
const BARE_WARM_UP_EVENTS = 32;

/** What the command takes from the environment. */
export interface IngestSurroundings {
  readonly temporalCliPath: string | undefined;
  readonly postgresUrl: string | undefined;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  write(text: string): void;
  progress(text: string): void;
}

interface Sizes {
  readonly phaseMs: number;
  readonly rounds: number;
  readonly burst: number;
}

/** Runs the command; gives the exit status. */
export async function runIngest(args: readonly string[], surroundings: IngestSurroundings): Promise<number> {
  const { write, progress } = surroundings;
  const values = readOptions(args);
  if (values.help) {
    write(HELP);
    return 0;
  }
  const kind = toTemporalKind(values.temporal);
  if (kind === null) {
    progress(`--temporal ${values.temporal}: expected ${TEMPORAL_KINDS.join(' or ')}.`);
    return 2;
  }
  const options = toStageOptions(surroundings, kind, values);
  if (options === null) return 2;
  const stage = await openStage(options).catch((error: unknown) => {
    progress(error instanceof Error ? error.message : 'it could not be started');
    return null;
  });
  if (stage === null) return 2;
  try {
    if (options.postgresUrl === null) progress('no PostgreSQL: only the floor, PGlite and bare are measured');
    const sizes = { phaseMs: Number(values.seconds) * 1000, rounds: Number(values.rounds), burst: Number(values.burst) };
    const figures = await measure(stage, sizes, progress);
    const checks = judgeIngest(figures);
    write(values.json ? `${JSON.stringify({ temporal: kind, sizes, figures, checks }, null, 2)}\n` : toIngestText(figures, checks));
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

function readOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      temporal: { type: 'string', default: 'dev' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      seconds: { type: 'string', default: '1.5' },
      rounds: { type: 'string', default: '9' },
      burst: { type: 'string', default: '5000' },
      systems: { type: 'string', default: SYSTEMS.join(',') },
      batch: { type: 'string' },
      credit: { type: 'string' },
      'no-refill': { type: 'boolean' },
      'cpu-prof': { type: 'string' },
    },
  }).values;
}

type Options = ReturnType<typeof readOptions>;

function toStageOptions(surroundings: IngestSurroundings, kind: TemporalKind, values: Options): StageOptions | null {
  const { temporalCliPath, postgresUrl, path, progress } = surroundings;
  if (temporalCliPath === undefined) {
    progress('TEMPORAL_CLI_PATH is not set: run this as `npm run bench -- ingest`, which finds the Temporal CLI.');
    return null;
  }
  const { 'cpu-prof': profiles, batch, credit } = values;
  const named = values.systems.split(',');
  const systems = SYSTEMS.filter((name) => named.includes(name));
  if (systems.length < named.length) {
    progress(`--systems ${values.systems}: expected some of ${SYSTEMS.join(', ')}.`);
    return null;
  }
  return {
    systems,
    levers: {
      batchGroups: batch === undefined ? null : Number(batch),
      credit: credit === undefined ? null : Number(credit),
      refill: values['no-refill'] !== true,
    },
    temporalCliPath,
    temporal: { kind, path },
    postgresUrl: postgresUrl ?? null,
    onProgress: progress,
    ...(profiles === undefined ? {} : { nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${profiles}`] }),
  };
}

async function measure(stage: Stage, sizes: Sizes, progress: (text: string) => void): Promise<readonly SystemFigures[]> {
  const { systems } = stage;
  const acks = new Map<RunningSystem, SystemFigures['acks'][number][]>(systems.map((system) => [system, []]));
  const lost = new Map<RunningSystem, number>();
  const note = (system: RunningSystem, more: number): void => void lost.set(system, (lost.get(system) ?? 0) + more);
  for (const system of systems) {
    progress(`${system.name}: warming up`);
    note(
      system,
      system.name === 'bare'
        ? (await measureBurst(stage, system, 'warm', BARE_WARM_UP_EVENTS)).lost
        : (await measureAcks(stage, system, 'warm', WARM_UP_MS)).lost,
    );
  }
  for (let round = 1; round <= sizes.rounds; round += 1) {
    for (const system of systems) {
      progress(`round ${round} of ${sizes.rounds}, ${system.name}: acknowledging`);
      const measured = await measureAcks(stage, system, `acks${round}`, sizes.phaseMs);
      acks.get(system)?.push(measured);
      note(system, measured.lost);
    }
  }
  const figures: SystemFigures[] = [];
  for (const system of systems) {
    const rest = system.name === 'floor' ? { burst: null, calm: null } : await measureRest(stage, system, sizes, progress);
    figures.push({
      system: system.name,
      acks: acks.get(system) ?? [],
      ...rest,
      lost: (lost.get(system) ?? 0) + (rest.burst?.lost ?? 0) + (rest.calm?.lost ?? 0),
    });
  }
  return figures;
}

async function measureRest(
  stage: Stage,
  system: RunningSystem,
  sizes: Sizes,
  progress: (text: string) => void,
): Promise<Pick<SystemFigures, 'burst' | 'calm'>> {
  const events = system.name === 'bare' ? Math.min(BARE_BURST, sizes.burst) : sizes.burst;
  progress(`${system.name}: a burst of ${events}`);
  const burst = await measureBurst(stage, system, 'burst', events);
  progress(`${system.name}: ten events a second`);
  return { burst, calm: await measureCalm(stage, system, 'calm', CALM_MS) };
}
