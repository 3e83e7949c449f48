import { z } from 'zod';
import { claimGroups } from '../../store/inbox/claim.ts';
import { preciseNow } from '../rig/child.ts';
import { median } from '../rig/statistics.ts';
import { watch } from '../rig/watch.ts';
import type { Database, Queryable } from '../../store/driver/database.ts';
import type { Child } from '../rig/child.ts';

const LOOK_EVERY_MS = 1000;
const GROUPS = 64;
const FIFTH = 0.2;

const usage = z.object({ rssMb: z.number() });

/** One look at a running system. */
export interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  /** What the claim of 64 groups cost, taken back at once; null: nothing waited for it. */
  readonly claimMs: number | null;
  readonly delivered: number;
}

/** Looks at the system each second until stopped; `delivered` is asked for the progress that goes with the sample. */
export function watchSystem(system: Child, db: Database, delivered: () => Promise<number>): { stop(): Promise<readonly Sample[]> } {
  const samples: Sample[] = [];
  const watching = watch(LOOK_EVERY_MS, async () => {
    const { rssMb } = usage.parse(await system.ask('usage'));
    samples.push({ atMs: preciseNow(), rssMb, claimMs: await timeClaim(db), delivered: await delivered() });
  });
  return {
    async stop() {
      await watching.stop();
      return samples;
    },
  };
}

/** The middle of the last fifth of the samples divided by that of the second fifth. */
export function growth(samples: readonly Sample[], of: (sample: Sample) => number | null): number {
  const numbers = samples.map(of).filter((value) => value !== null);
  const fifth = (from: number): number =>
    median(numbers.slice(Math.floor(numbers.length * from), Math.ceil(numbers.length * (from + FIFTH))));
  return fifth(1 - FIFTH) / fifth(FIFTH);
}

class TakenBack extends Error {
  override readonly name = 'TakenBack';
}

/** The dispatcher's own statement, in a transaction that is rolled back. */
async function timeClaim(db: Database): Promise<number | null> {
  const timing = { ms: 0, rows: 0 };
  const claim = async (tx: Queryable): Promise<void> => {
    const startMs = preciseNow();
    const limits = { lane: 0, groups: GROUPS, perGroup: 100, owner: 'measure', ttlMs: 1000 };
    timing.rows = (await claimGroups(tx, { ...limits, lease: `measure-${startMs}`, kind: 'batch' })).length;
    timing.ms = preciseNow() - startMs;
    throw new TakenBack('measured');
  };
  await db.transaction(claim).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  return timing.rows === 0 ? null : timing.ms;
}
