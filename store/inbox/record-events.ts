import { expectOne } from '../driver/expect-one.ts';
import { toIndexedText, toStoredText } from '../driver/stored-text.ts';
import type { Queryable, StatementOptions } from '../driver/database.ts';

/** SHA-256. */
const HASH_BYTES = 32;

/** What the inbox records of one event. */
export interface RecordRow {
  readonly connection: string;
  /** SHA-256 of the event's dedupe key: unique per connection. */
  readonly dedupe: Buffer;
  readonly topic: string;
  readonly record: string | null;
  readonly raw: Buffer;
  /** What the sender's connector read in it, as JSON; kept and removed with the body. Left out: it is read from the body when it is needed. */
  readonly facts?: string;
  readonly receivedAt?: Date;
  /** One per flow that wants it. `key`: what orders the flow's deliveries; null: nothing, the delivery is a key of its own. */
  readonly deliveries: readonly { readonly flow: string; readonly key: string | null; readonly lane: 0 | 1 }[];
}

/** What became of a row. `fresh` false: the event was there already, nothing was added. */
export interface RecordedRow {
  readonly eventId: string;
  readonly fresh: boolean;
}

/**
 * Stores events with their bodies, deliveries and places in the queue: one statement, all or nothing. Answers in the
 * order of the input; of equal events in one input the first is recorded. Throws the driver's error where a row cannot
 * be stored (see `isBadRow`), else StoreUnavailable.
 */
export async function recordEvents(db: Queryable, rows: readonly RecordRow[], options?: StatementOptions): Promise<readonly RecordedRow[]> {
  if (rows.length === 0) return [];
  const found = await db.query<FoundRow>(RECORD, toParameters(rows), options);
  const late = found.some((row) => row.id === null) ? await findLate(db, rows, options) : null;
  return found.map((row, index) => ({ eventId: row.id ?? late?.[index] ?? missing(index), fresh: row.fresh }));
}

type FoundRow = { readonly id: string | null; readonly fresh: boolean };

/**
 * Locks are taken in one order (event by dedupe, key by flow, key, lane), so that two of these never deadlock. Hashes and bodies come in
 * one binary parameter each: as arrays they would be text, twice as long, to be written and read again.
 */
const RECORD = `/* prepare: record */
with input as (
  select connection, substr($2::bytea, (n::int - 1) * ${HASH_BYTES} + 1, ${HASH_BYTES}) as dedupe, topic, record, received_at, start, size, facts, n
  from unnest($1::text[], $3::text[], $4::text[], $5::timestamptz[], $7::int[], $8::int[], $13::text[])
    with ordinality as t (connection, topic, record, received_at, start, size, facts, n)
  where ${expectOne('n')}),
wish as (
  select * from unnest($9::int[], $10::text[], $11::text[], $12::smallint[]) with ordinality as t (n, flow, key, lane, turn)
  where ${expectOne('turn')}),
one as materialized (select distinct on (connection, dedupe) * from input order by connection, dedupe, n),
fresh as (
  insert into event (connection, dedupe, topic, record, received_at)
  select connection, dedupe, topic, record, coalesce(received_at, clock_timestamp()) from one order by connection, dedupe
  on conflict do nothing returning id, connection, dedupe),
named as (select f.id, o.n, o.start, o.size, o.facts, f.connection, f.dedupe from fresh f join one o using (connection, dedupe)),
kept as (insert into body (event_id, raw, facts) select id, substr($6::bytea, start, size), facts from named),
made as (
  insert into delivery (event_id, flow, lane, key)
  select m.id, w.flow, w.lane, coalesce(w.key, '#' || m.id) from named m join wish w on w.n = m.n order by m.n, w.turn
  returning id, flow, lane, key),
counted as (
  insert into queue_key as k (flow, lane, key, waiting, head)
  select flow, lane, key, count(*), min(id) from made group by flow, lane, key order by flow, key, lane
  on conflict (flow, key, lane) do update set waiting = k.waiting + excluded.waiting,
    head = case when k.waiting = 0 then excluded.head else least(k.head, excluded.head) end)
select coalesce(m.id, e.id)::text as id, coalesce(m.n = i.n, false) as fresh
from input i
left join named m using (connection, dedupe)
left join event e on e.connection = i.connection and e.dedupe = i.dedupe
order by i.n`;

const FIND_LATE = `
select e.id::text as id from unnest($1::text[], $2::bytea[]) with ordinality as i (connection, dedupe, n)
left join event e using (connection, dedupe) order by i.n`;

function toParameters(rows: readonly RecordRow[]): unknown[] {
  const wishes = rows.flatMap((row, index) => row.deliveries.map((delivery) => ({ ...delivery, n: index + 1 })));
  let end = 0;
  const starts = rows.map(({ raw }) => (end += raw.length) - raw.length + 1);
  return [
    rows.map((row) => row.connection),
    Buffer.concat(rows.map(checkedHash)),
    rows.map((row) => toStoredText(row.topic)),
    rows.map((row) => (row.record === null ? null : toIndexedText(row.record))),
    rows.map((row) => row.receivedAt?.toISOString() ?? null),
    Buffer.concat(rows.map((row) => row.raw)),
    starts,
    rows.map((row) => row.raw.length),
    wishes.map((wish) => wish.n),
    wishes.map((wish) => wish.flow),
    wishes.map((wish) => (wish.key === null ? null : toIndexedText(wish.key))),
    wishes.map((wish) => wish.lane),
    rows.map((row) => (row.facts === undefined ? null : toStoredText(row.facts))),
  ];
}

function checkedHash({ dedupe }: RecordRow): Buffer {
  if (dedupe.length !== HASH_BYTES)
    throw new RangeError(`A dedupe hash of ${dedupe.length} bytes can't be stored; expected ${HASH_BYTES}, a SHA-256.`);
  return dedupe;
}

/** Another process committed the same event after our statement's snapshot: a new snapshot sees it. */
async function findLate(
  db: Queryable,
  rows: readonly RecordRow[],
  options: StatementOptions | undefined,
): Promise<readonly (string | null)[]> {
  const keys = [rows.map((row) => row.connection), rows.map((row) => row.dedupe)];
  const found = await db.query<{ id: string | null }>(FIND_LATE, keys, options);
  return found.map((row) => row.id);
}

function missing(index: number): never {
  throw new Error(
    `Row ${index} of the batch was neither recorded nor found; expected one of the two. It was probably removed by retention meanwhile: record it again.`,
  );
}
