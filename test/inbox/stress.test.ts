import { expect, it } from 'vitest';
import { createRecorder } from '../../inbox/recorder.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { countRows, toRow } from '../helpers/inbox.ts';
import { installStressLog, judgeStress, removeStressLog } from '../helpers/stress-log.ts';
import { runStress } from '../helpers/stress-run.ts';
import type { Database } from '../../store/driver/database.ts';
import type { RecordRow } from '../../store/inbox/record-events.ts';
import type { Violations } from '../helpers/stress-log.ts';
import type { Mishaps } from '../helpers/stress-model.ts';

const NONE: Violations = { lost: 0, keysHeldTwice: 0, outOfOrder: 0, writesByOlderEpoch: 0, counterDrift: 0, openLeases: 0 };
const LONGEST_MS = 90_000;
const TEST_MS = 120_000;
const NUMBERS = { dispatchers: 3, workers: 4 } as const;

describeOnEachDatabase('the inbox under stress', (open) => {
  it(
    'loses nothing, holds no key twice, keeps order and takes no write of an older epoch while processes die, stall and come back',
    async () => {
      const db = await open();
      const { violations, mishaps, deliveries } = await run(db, { events: 250, fenced: true });
      expect(violations).toEqual(NONE);
      expect(deliveries).toBe(500);
      expect(await countRows(db, 'event')).toBe(250);
      for (const count of Object.values(mishaps)) expect(count).toBeGreaterThan(5);
    },
    TEST_MS,
  );

  it(
    'is caught taking writes of older epochs when nobody checks them',
    async () => {
      const db = await open();
      const { violations } = await run(db, { events: 150, fenced: false });
      expect(violations.writesByOlderEpoch).toBeGreaterThan(0);
    },
    TEST_MS,
  );
});

async function run(
  db: Database,
  settings: { events: number; fenced: boolean },
): Promise<{ violations: Violations; mishaps: Mishaps; deliveries: number }> {
  await installStressLog(db);
  try {
    let recorded = false;
    const recording = record(db, settings.events).then(() => {
      recorded = true;
    });
    const stress = {
      db,
      random: createRandom(7),
      fenced: settings.fenced,
      allRecorded: () => recorded,
      endBy: performance.now() + LONGEST_MS,
    };
    const mishaps = await runStress(stress, NUMBERS);
    await recording;
    return { violations: await judgeStress(db), mishaps, deliveries: await countRows(db, 'delivery') };
  } finally {
    await removeStressLog(db);
  }
}

/** Two receivers, each with keys of its own; each also records copies of what the other has recorded. */
async function record(db: Database, events: number): Promise<void> {
  const [left, right] = [createRecorder({ db, now: () => 0 }), createRecorder({ db, now: () => 0 })];
  for (let n = 0; n < events; n += 10) {
    const rows = Array.from({ length: 10 }, (_unused, m) => toStressRow(n + m));
    const half = (odd: number): RecordRow[] => rows.filter((_row, m) => m % 2 === odd);
    await Promise.all([left.record(half(0)), right.record(half(1))]);
    await Promise.all([left.record(half(1)), right.record(half(0))]);
  }
  await Promise.all([left.drain(), right.drain()]);
}

function toStressRow(n: number): RecordRow {
  const lane = n % 4 === 0 ? 1 : 0;
  return toRow(`event ${n}`, {
    deliveries: [
      { flow: `ordered ${n % 2}`, key: `k${n % 8}`, lane },
      { flow: 'single', key: n % 3 === 0 ? `s${n % 2}` : null, lane: 0 },
    ],
  });
}

/** Mulberry32: the same mishaps in each run, as far as timing allows. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
