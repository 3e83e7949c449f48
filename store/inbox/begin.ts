import { isJson } from '../driver/stored-text.ts';
import type { Json } from '../../model/json.ts';
import type { Queryable, Row } from '../driver/database.ts';

/** One key of one flow in one lane. */
export interface QueueKey {
  readonly flow: string;
  readonly key: string;
  readonly lane: number;
}

/** A delivery at the start of an attempt. */
export interface BegunRow extends QueueKey {
  readonly deliveryId: string;
  readonly eventId: string;
  /** The fence of this attempt: intents and settling are accepted only while it is the newest of its key. */
  readonly epoch: string;
  readonly attempts: number;
  readonly topic: string;
  readonly record: string | null;
  readonly connection: string;
  /** The event's dedupe hash, in hexadecimal: with the connection it names the event in every store. */
  readonly dedupe: string;
  readonly receivedAt: Date;
  /** The event's facts as JSON, as they were read when it came. null: they were not kept, or must be read anew: read its body. */
  readonly facts: string | null;
  /** Bytes of the event's body. null: it expired or was erased. */
  readonly bodyBytes: number | null;
  readonly edits: Json | null;
  readonly generation: number;
}

/** Starts an attempt: a new epoch for each key under the lease (or for one), with its deliveries. Empty: the lease is lost. */
export async function beginLease(db: Queryable, lease: string, key?: QueueKey): Promise<readonly BegunRow[]> {
  return toBegun(await db.query<FoundRow>(BEGIN, [lease, key?.flow ?? null, key?.key ?? null, key?.lane ?? null]));
}

/** A new epoch for one key under its lease, so that every earlier attempt is fenced off. null: the lease is lost. */
export async function renewEpoch(db: Queryable, group: QueueKey & { readonly lease: string }): Promise<string | null> {
  const rows = await db.query<{ epoch: string }>(RENEW, [group.lease, group.flow, group.key, group.lane]);
  return rows[0]?.epoch ?? null;
}

/** Narrows rows of {@link BEGUN_COLUMNS}. */
export function toBegun(rows: readonly FoundRow[]): readonly BegunRow[] {
  return rows.map((row) => ({ ...row, edits: isJson(row.edits) ? row.edits : null }));
}

/** A row of {@link BEGUN_COLUMNS} as the driver gives it. */
export type FoundRow = Row & Omit<BegunRow, 'edits'> & { readonly edits: unknown };

/**
 * What an attempt is told of a delivery `d`, its event `e` and that one's body `b`. What is replayed, tried again or was parked runs on
 * today's reading of the body: the reading may be what was wrong with it. A body's length is known without reading it.
 */
export const BEGUN_COLUMNS = `d.id::text as "deliveryId", d.event_id::text as "eventId", d.flow, d.key, d.lane, d.epoch::text as epoch, d.attempts,
  e.topic, e.record, e.connection, encode(e.dedupe, 'hex') as dedupe, e.received_at as "receivedAt",
  case when d.lane = 0 and d.attempts <= 1 and d.parked is null then b.facts end as facts, octet_length(b.raw) as "bodyBytes",
  d.edits, d.generation`;

const BEGIN = `/* prepare: begin */
with mine as materialized (
  select flow, key, lane from queue_key
  where lease = $1 and ($2::text is null or (flow = $2 and key = $3::text and lane = $4::smallint))
  order by flow, key, lane for update),
newer as (
  update queue_key k set epoch = nextval('epoch') from mine m
  where k.flow = m.flow and k.key = m.key and k.lane = m.lane returning k.flow, k.key, k.lane, k.epoch),
begun as (
  update delivery d set epoch = n.epoch from newer n
  where d.lease = $1 and d.flow = n.flow and d.key = n.key and d.lane = n.lane and d.state = 1
  returning d.id, d.event_id, d.flow, d.key, d.lane, d.epoch, d.attempts, d.edits, d.generation, d.parked)
select ${BEGUN_COLUMNS}
from begun d join event e on e.id = d.event_id left join body b on b.event_id = d.event_id
order by d.flow, d.key, d.lane, d.id`;

/** The deliveries take the epoch too: settling compares theirs. */
const RENEW = `/* prepare: renew */
with newer as (
  update queue_key set epoch = nextval('epoch') where lease = $1 and flow = $2 and key = $3 and lane = $4 returning flow, key, lane, epoch),
begun as (
  update delivery d set epoch = n.epoch from newer n
  where d.lease = $1 and d.flow = n.flow and d.key = n.key and d.lane = n.lane and d.state = 1)
select epoch::text as epoch from newer`;
