import { DELIVERY_STATES } from './delivery-state.ts';
import { expectOne } from '../driver/expect-one.ts';
import { toStoredJson } from '../driver/stored-text.ts';
import type { Queryable, Row } from '../driver/database.ts';
import type { QueueKey } from './begin.ts';

/** How one delivery ended. */
export interface FinishedDelivery {
  readonly deliveryId: string;
  readonly state: 'done' | 'superseded' | 'skipped' | 'terminated';
  /** One line for operators: ids, never personal data. */
  readonly text: string;
}

/** How an attempt leaves its group. */
export interface GroupSettlement extends QueueKey {
  readonly lease: string;
  readonly epoch: string;
  readonly finished: readonly FinishedDelivery[];
  /** `free`: the rest waits again. `hold`: the key and its lease are kept, the first of the rest is parked. */
  readonly then: 'free' | 'hold';
  /** Milliseconds before the rest may be taken again. */
  readonly notBeforeMs: number;
  readonly reason: string | null;
  /** Why it is parked, as JSON; with `hold` only. */
  readonly parked: object | null;
  /** The first of the rest failed: it keeps its attempt and runs alone from now on. Otherwise the rest's attempts don't count. */
  readonly retrying: boolean;
}

/** What settling did. `held` false: a newer attempt owns the key, nothing was changed. */
export interface Settled {
  readonly held: boolean;
  readonly finished: number;
  readonly released: number;
}

/** Settles one group; refused unless the epoch is the newest of its key. */
export async function settleGroup(db: Queryable, group: GroupSettlement): Promise<Settled> {
  const [settled] = await settleGroups(db, [group]);
  return settled ?? NOT_HELD;
}

/** Settles several groups in one statement, each on its own terms. Answers in the order of the input. */
export async function settleGroups(db: Queryable, groups: readonly GroupSettlement[]): Promise<readonly Settled[]> {
  if (groups.length === 0) return [];
  const rows = await db.query<Row & Settled & { readonly n: number }>(SETTLE, [toStoredJson(groups.map(toInput))]);
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return groups.map((_group, index) => {
    const row = byNumber.get(index);
    return row === undefined ? NOT_HELD : { held: true, finished: row.finished, released: row.released };
  });
}

const NOT_HELD: Settled = { held: false, finished: 0, released: 0 };

function toInput(group: GroupSettlement, index: number): object {
  return {
    n: index,
    lease: group.lease,
    flow: group.flow,
    key: group.key,
    lane: group.lane,
    epoch: group.epoch,
    hold: group.then === 'hold',
    not_before_ms: group.notBeforeMs,
    reason: group.reason,
    parked: group.parked,
    retrying: group.retrying,
    finished: group.finished.map((one) => ({ id: one.deliveryId, state: DELIVERY_STATES[one.state], text: one.text })),
  };
}

/**
 * Locks keys, then gates, then leases, each in one order. A key that holds nothing is freed, `hold` or not. The counters
 * of gate and lease are updated relative to their current value, so that two settlements at once both count. A parked key is not under way:
 * it leaves that count when it is parked, and not again when it is freed. `offset 0` and `state + 0` keep the planner from scanning everything that is under way.
 */
const SETTLE = `/* prepare: settle */
with input as (
  select * from jsonb_to_recordset($1::jsonb) as t (n int, lease text, flow text, key text, lane smallint, epoch bigint,
    hold boolean, not_before_ms float8, reason text, parked jsonb, retrying boolean, finished jsonb)
  where ${expectOne('n')}),
held as materialized (
  select i.*, k.parked as was_parked from queue_key k join input i on i.flow = k.flow and i.key = k.key and i.lane = k.lane
  where k.lease is not distinct from i.lease and k.epoch = i.epoch order by k.flow, k.key, k.lane for update of k),
ending as materialized (
  select h.n, h.flow, h.key, h.lane, h.lease, h.epoch, f.id, f.state, f.text
  from held h cross join lateral jsonb_to_recordset(h.finished) as f (id bigint, state smallint, text text)
  where ${expectOne('f.id')}),
done as (
  update delivery d set state = e.state, outcome = e.text, lease = null, parked = null, reason = null, settled_at = now()
  from ending e
  where d.id = e.id and d.flow = e.flow and d.key = e.key and d.lane = e.lane and d.lease = e.lease and d.epoch = e.epoch and d.state + 0 = 1
  returning e.n),
rest as materialized (
  select h.n, d.id, row_number() over (partition by h.n order by d.id) as turn
  from held h cross join lateral (
    select d.id from delivery d where d.lease = h.lease and d.flow = h.flow and d.key = h.key and d.lane = h.lane and d.state = 1 offset 0) d
  where not exists (select from ending e where e.n = h.n and e.id = d.id)),
plan as materialized (
  select h.*, coalesce(r.members, 0) as members, r.first, h.hold and coalesce(r.members, 0) > 0 as keeps
  from held h left join (select n, count(*)::int as members, min(id) as first from rest group by n) r using (n)),
left_over as (
  update delivery d set
    state = case when p.keeps then 1 else 0 end,
    lease = case when p.keeps then d.lease end,
    parked = case when p.keeps and r.turn = 1 then p.parked end,
    reason = p.reason,
    attempts = case when p.keeps or (p.retrying and r.turn = 1) then d.attempts else greatest(0, d.attempts - 1) end
  from rest r join plan p using (n) where d.id = r.id and d.state + 0 = 1),
freed as (
  update queue_key k set lease = null, parked = false, waiting = k.waiting + p.members, head = coalesce(p.first, k.head),
    not_before = case when p.members = 0 then '-infinity' else now() + make_interval(secs => p.not_before_ms / 1000) end,
    retrying = p.members > 0 and (k.retrying or p.retrying)
  from plan p where not p.keeps and k.flow = p.flow and k.key = p.key and k.lane = p.lane),
set_aside as (
  update queue_key k set parked = true from plan p
  where p.keeps and not p.was_parked and k.flow = p.flow and k.key = p.key and k.lane = p.lane),
counted as (
  insert into gate as g (flow, lane, under_way)
  select flow, lane, -count(*) from plan where not was_parked group by flow, lane order by flow, lane
  on conflict (flow, lane) do update set under_way = g.under_way + excluded.under_way),
ended as (
  select lease, count(*) filter (where not keeps)::int as keys, count(*) filter (where keeps)::int as kept from plan group by lease),
holding as materialized (
  select l.id, e.keys, e.kept from lease l join ended e on e.lease = l.id order by l.id for update of l),
closed as (
  update lease l set held = l.held - h.keys, open = l.held > h.keys, parked = h.kept > 0 and l.held - h.keys = h.kept
  from holding h where l.id = h.id)
select p.n, true as held, (select count(*)::int from done d where d.n = p.n) as finished,
  case when p.keeps then 0 else p.members end as released
from plan p`;
