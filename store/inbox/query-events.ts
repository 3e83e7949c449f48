import type { Queryable } from '../driver/database.ts';

const DEFAULT_LIMIT = 50;

/** Which events; a property left out does not narrow. */
export interface EventFilter {
  readonly connection?: string;
  readonly topic?: string;
  readonly record?: string;
  /** Only events that a delivery of this flow was made for. */
  readonly flow?: string;
  /** Received at or after. */
  readonly since?: Date;
  /** Received before. */
  readonly until?: Date;
  /** Newest first: go on after this one. */
  readonly afterId?: string;
  /** Default 50. */
  readonly limit?: number;
}

/** An event without its body. */
export type EventSummary = {
  readonly id: string;
  readonly connection: string;
  readonly topic: string;
  readonly record: string | null;
  /** SHA-256 of its dedupe key, in hexadecimal. */
  readonly dedupe: string;
  readonly receivedAt: Date;
  readonly deliveries: number;
};

/** Milliseconds since an event was received, by the store's clock; null: it is not stored any more. */
export async function readEventAge(db: Queryable, eventId: string): Promise<number | null> {
  const [row] = await db.query<{ ageMs: number }>(
    'select (extract(epoch from clock_timestamp() - received_at) * 1000)::float8 as "ageMs" from event where id = $1',
    [eventId],
  );
  return row === undefined ? null : row.ageMs;
}

/** Lists events, newest first, never with their bodies. */
export async function listEvents(db: Queryable, filter: EventFilter): Promise<readonly EventSummary[]> {
  return db.query<EventSummary>(LIST, [
    filter.connection ?? null,
    filter.topic ?? null,
    filter.record ?? null,
    filter.flow ?? null,
    filter.since?.toISOString() ?? null,
    filter.until?.toISOString() ?? null,
    filter.afterId ?? null,
    filter.limit ?? DEFAULT_LIMIT,
  ]);
}

/** One event; its body only with `withBody`, and null where it expired or was erased. */
export async function showEvent(
  db: Queryable,
  id: string,
  options: { readonly withBody?: boolean } = {},
): Promise<(EventSummary & { readonly raw: Buffer | null }) | null> {
  const [row] = await db.query<EventSummary & { readonly raw: Buffer | null }>(
    `select ${COLUMNS}, (select raw from body b where b.event_id = e.id and $2::boolean) as raw from event e where e.id = $1`,
    [id, options.withBody ?? false],
  );
  return row ?? null;
}

const COLUMNS = `e.id::text as id, e.connection, e.topic, e.record, encode(e.dedupe, 'hex') as dedupe, e.received_at as "receivedAt",
  (select count(*)::int from delivery d where d.event_id = e.id) as deliveries`;

const LIST = `
select ${COLUMNS} from event e
where ($1::text is null or e.connection = $1) and ($2::text is null or e.topic = $2) and ($3::text is null or e.record = $3)
  and ($4::text is null or exists (select from delivery d where d.event_id = e.id and d.flow = $4))
  and ($5::timestamptz is null or e.received_at >= $5) and ($6::timestamptz is null or e.received_at < $6)
  and ($7::bigint is null or e.id < $7)
order by e.id desc limit $8`;
