import type { Database } from '../../store/driver/database.ts';

/** What a run works with. */
export interface StressSettings {
  readonly db: Database;
  /** 0 to 1; decides who dies, stalls and fails. */
  readonly random: () => number;
  /** False: attempts write with whatever epoch is the newest, as if nobody checked. */
  readonly fenced: boolean;
  /** Whether everything has been recorded. */
  readonly allRecorded: () => boolean;
  /** Milliseconds of `performance.now()` at which the run gives up. */
  readonly endBy: number;
}

/** How often each mishap happened. */
export interface Mishaps {
  killed: number;
  stalled: number;
  failed: number;
  lostDispatchers: number;
  /** Died with what it had just taken, none of it begun. */
  lostRefills: number;
}

/** A run under way. The middle part stands for Temporal: which workflows run, and which attempts are due. */
export interface Run extends StressSettings {
  readonly mishaps: Mishaps;
  readonly running: Set<string>;
  readonly due: string[];
  /** Leases of batches, which take more while they run: what they take. */
  readonly batches: Map<string, { readonly flow: string; readonly lane: number }>;
  /** Attempts that stalled, by lease: they come back when the next attempt of their lease has begun. */
  readonly stalled: Map<string, (() => void)[]>;
  readonly zombies: Promise<void>[];
  leases: number;
  over: boolean;
}
