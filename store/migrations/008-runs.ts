import type { Migration } from '../migration.ts';

/** Effects of a job's run are done on no event. A release that knows no runs reads and writes none of them. */
export const runs: Migration = {
  id: '008-runs',
  statements: ['alter table effect alter column event_id drop not null'],
};
