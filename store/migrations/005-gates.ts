import type { Migration } from '../migration.ts';

/**
 * One record of closedness: a connection is closed in `connection_gate` alone, and a queue knows by `gate.needs` whose gates hold it.
 * `gate.closed_until` and `closed_by` are read no longer; they stay for processes of the version before, and are cleared so that going
 * back to that version finds nothing closed that nobody would open.
 *
 * A row of `connection_gate` outlives its closing: with state 0 it counts failures in a row, as all workers see them.
 */
export const gates: Migration = {
  id: '005-gates',
  statements: [
    `alter table connection_gate
       add column in_a_row int not null default 0, add column run_writes boolean not null default false,
       add column run_at timestamptz, add column failed_at timestamptz, add column opened_at timestamptz`,
    `alter table gate add column needs text[] not null default '{}', add column attention jsonb`,
    `update gate set needs = array(select jsonb_object_keys(closed_by)), closed_by = '{}', closed_until = '-infinity' where closed_by <> '{}'`,
  ],
};
