import { DELIVERY_CONDITION, toFilterParameters } from './delivery-filter.ts';
import type { Queryable } from '../driver/database.ts';
import type { DeliveryFilter } from './delivery-filter.ts';

const REPLAY_LANE = 1;
const CHUNK_DELIVERIES = 500;

/** What a replay would do with one flow's deliveries. */
export type ReplayPlan = {
  readonly flow: string;
  /** Settled ones that would run again. */
  readonly replayable: number;
  /** Waiting or under way: left alone. */
  readonly underWay: number;
  /** Of the replayable: the body expired or was erased, so that only flows that read the record again can do anything. */
  readonly withoutBody: number;
};

/** Counts what a replay of these deliveries would do, by flow. Of several deliveries of an event for a flow the newest counts. */
export async function planReplay(db: Queryable, filter: DeliveryFilter): Promise<readonly ReplayPlan[]> {
  return db.query<ReplayPlan>(PLAN, toFilterParameters(filter));
}

/**
 * Makes deliveries on the lane `replay` for settled ones, in chunks, each its own commit. Without `again` they keep their
 * generation, so that effects done before are not repeated; with it everything is done anew. Answers how many were made.
 * Repeating after a failure adds only what is missing.
 */
export async function makeReplay(
  db: Queryable,
  filter: DeliveryFilter,
  options: { readonly again: boolean },
): Promise<{ readonly made: number }> {
  const [newest] = await db.query<{ id: string }>('select coalesce(max(id), 0)::text as id from delivery');
  const upTo = newest?.id ?? '0';
  const statement = options.again ? AGAIN : MISSING;
  let after = '0';
  let made = 0;
  for (;;) {
    const [chunk] = await db.query<{ last: string | null; made: number }>(statement, [
      ...toFilterParameters(filter),
      after,
      upTo,
      CHUNK_DELIVERIES,
    ]);
    if (chunk === undefined || chunk.last === null) return { made };
    made += chunk.made;
    after = chunk.last;
  }
}

const PLAN = `
select d.flow, count(*) filter (where d.state >= 2)::int as replayable, count(*) filter (where d.state < 2)::int as "underWay",
  count(*) filter (where d.state >= 2 and not exists (select from body b where b.event_id = d.event_id))::int as "withoutBody"
from delivery d join event e on e.id = d.event_id
where ${DELIVERY_CONDITION}
  and not exists (select from delivery n where n.event_id = d.event_id and n.flow = d.flow and n.id > d.id)
group by d.flow order by d.flow`;

/** The event is locked against the retention sweep, which skips locked ones. */
const SOURCE = `
source as materialized (
  select d.id, d.event_id, d.flow, d.key, d.generation from delivery d join event e on e.id = d.event_id
  where ${DELIVERY_CONDITION} and d.state >= 2 and d.id > $11::bigint and d.id <= $12::bigint
    and not exists (select from delivery n where n.event_id = d.event_id and n.flow = d.flow and n.id > d.id and n.id <= $12::bigint)
  order by d.id limit $13 for key share of e)`;

const QUEUED = `
queued as (
  insert into queue_key as k (flow, lane, key, waiting, head)
  select flow, lane, key, count(*), min(id) from made group by flow, lane, key order by flow, key, lane
  on conflict (flow, key, lane) do update set waiting = k.waiting + excluded.waiting,
    head = case when k.waiting = 0 then excluded.head else least(k.head, excluded.head) end)
select (select max(id)::text from source) as last, (select count(*)::int from made) as made`;

/** A delivery that an earlier replay made is put back to waiting: one row per generation. */
const MISSING = `
with ${SOURCE},
made as (
  insert into delivery as d (event_id, flow, lane, key, generation, replay_of)
  select event_id, flow, ${REPLAY_LANE}, key, generation, id from source order by id
  on conflict (event_id, flow, lane, generation) do update
    set state = 0, attempts = 0, outcome = null, reason = null, settled_at = null where d.state >= 2
  returning d.id, d.flow, d.lane, d.key),
${QUEUED}`;

const AGAIN = `
with ${SOURCE},
made as (
  insert into delivery (event_id, flow, lane, key, generation, replay_of)
  select s.event_id, s.flow, ${REPLAY_LANE}, s.key,
    1 + (select max(generation) from delivery n where n.event_id = s.event_id and n.flow = s.flow), s.id
  from source s order by s.id
  on conflict (event_id, flow, lane, generation) do nothing
  returning id, flow, lane, key),
${QUEUED}`;
