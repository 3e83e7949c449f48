import type { Migration } from '../migration.ts';

/** The ledger of remote writes. */
export const effects: Migration = {
  id: '002-effects',
  statements: [
    `create table effect (
       intent text primary key, epoch bigint not null, token text,
       flow text not null, event_id bigint not null, connection text not null, kind text not null, target text not null,
       class smallint not null, state smallint not null default 0, mark text not null, fingerprint text not null, text_hash text,
       first_at timestamptz not null default clock_timestamp(), send_by timestamptz not null,
       remote_id text, result jsonb, settled_at timestamptz) with (fillfactor = 80)`,
    'create index effect_remote on effect (connection, kind, remote_id) where remote_id is not null',
    'create index effect_target on effect (connection, kind, target)',
    'create index effect_unsettled on effect (connection, target) where state <> 1',
    'create index effect_event on effect (event_id)',
  ],
};
