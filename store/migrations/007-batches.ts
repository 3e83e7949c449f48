import type { Migration } from '../migration.ts';

/**
 * Batches that refill themselves: which lease tends a flow's queue, and until when; an index of the keys that run alone after a failure.
 * An event's facts stand beside its body: a run reads them instead of the body, and they go when the body goes. An older release runs on
 * this schema too: it records no facts, and takes from a flow that is tended.
 */
export const batches: Migration = {
  id: '007-batches',
  statements: [
    'alter table body add column facts text',
    "alter table gate add column tended_until timestamptz not null default '-infinity', add column tender text",
    'create index queue_key_retrying on queue_key (lane, flow, head) where waiting > 0 and lease is null and retrying',
  ],
};
