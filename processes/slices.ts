import { jobs } from '../jobs/registry.ts';
import { inboxSlice } from './inbox-slice.ts';
import type { Gauge, Slice, Sweep } from '../jobs/job.ts';
import type { AnyTask } from '../operator/tasks/task.ts';
import type { Migration } from '../store/migration.ts';

const SLICES: readonly Slice[] = [inboxSlice, ...jobs.values()];

/** The whole schema, in the order in which it came to be. */
export const migrations: readonly Migration[] = SLICES.flatMap((slice) => slice.migrations);

/** Every task that the admin door runs, by name. */
export const tasks: ReadonlyMap<string, AnyTask> = new Map(SLICES.flatMap((slice) => slice.tasks).map((task) => [task.name, task]));

/** What housekeeping removes. */
export const sweeps: readonly Sweep[] = SLICES.flatMap((slice) => slice.sweeps ?? []);

/** What a `server` shows of its slices. */
export const gauges: readonly Gauge[] = SLICES.flatMap((slice) => slice.gauges ?? []);
