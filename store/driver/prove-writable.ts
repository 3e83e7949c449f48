import type { Queryable } from './database.ts';

/** A connection of this name is never configured. */
const PROBE = `
with probe as (
  insert into event (connection, dedupe, topic) values ('', decode(replace(gen_random_uuid()::text, '-', ''), 'hex'), '') returning id)
insert into body (event_id, raw) select id, '' from probe;
delete from body where event_id in (select id from event where connection = '');
delete from event where connection = ''`;

/**
 * Resolves when an event could be stored: one was, and was removed in the same breath, so that nobody ever sees it. Several statements
 * in one text without values are one transaction and one round trip (postgresql.org/docs/current/protocol-flow.html, "Multiple
 * Statements in a Simple Query"). Rejects with StoreUnavailable.
 */
export async function proveWritable(db: Queryable, limitMs: number): Promise<void> {
  await db.query(PROBE, undefined, { limitMs });
}
