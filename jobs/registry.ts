import type { Job } from './job.ts';

/** Every scheduled job: a new one is a line here. Entries are told apart by their job: give a job only what its own section read. */
const ALL: readonly Job<object>[] = [];

/** Every job, by name. */
export const jobs: ReadonlyMap<string, Job<object>> = new Map(ALL.map((job) => [job.name, job]));
