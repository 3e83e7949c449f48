import { BEGUN_COLUMNS, toBegun } from './begin.ts';
import { expectOne } from '../driver/expect-one.ts';
import type { BegunRow, FoundRow } from './begin.ts';
import type { Queryable } from '../driver/database.ts';

/** Deliveries of a coalescing flow that one refill collapses at most. */
const COALESCED_PER_REFILL = 1_000;

/** What a batch that runs may take under its own lease. */
export interface Refill {
  readonly lease: string;
  readonly flow: string;
  readonly lane: number;
  /** The batch's workflow: the reaper asks for it. */
  readonly workflowId: string;
  /** Who takes them, for operators. */
  readonly owner: string;
  /** Keys at most; the flow's credit bounds them too. */
  readonly groups: number;
  /** Deliveries of one key at most; a coalescing flow collapses up to 1,000 to one. */
  readonly perGroup: number;
  /** Deliveries of all keys: none is begun with beyond so many. */
  readonly deliveries: number;
  /** Collapse a group to its newest delivery; the others become `superseded`. */
  readonly coalesce: boolean;
  /** How long until the reaper looks at the lease. */
  readonly ttlMs: number;
  /** Where it took all that was there, or all that the flow's credit allows: how long the dispatcher leaves the flow to this batch. */
  readonly tendMs: number;
}

/** What was taken. `tends`: the flow is left to this batch, which has to look again. */
export interface Refilled {
  readonly rows: readonly BegunRow[];
  readonly tends: boolean;
}

/**
 * Takes further groups of a flow for a batch that runs, and begins an attempt at each: claim and begin in one statement, under the lease
 * of the batch. First attempts only, and nothing where a claim would take nothing: while the flow is paused or waits for a person, while
 * a connection of its is closed, or where its credit is used up. Replays also wait while live deliveries of the flow do.
 */
export async function refillLease(db: Queryable, refill: Refill): Promise<Refilled> {
  const { lease, flow, lane, workflowId, owner, groups, perGroup, deliveries, coalesce, ttlMs, tendMs } = refill;
  const values = [flow, lane, lease, groups, owner, perGroup, coalesce, ttlMs, tendMs, workflowId, deliveries];
  const rows = await db.query<RefillRow>(REFILL, values);
  const taken = rows.filter((row) => row.deliveryId !== null);
  return { rows: toBegun(taken.map(({ tends: _tends, ...row }) => row)), tends: rows[0]?.tends ?? false };
}

/** Gives the flow back to the dispatcher, where this batch tended it. */
export async function stopTending(db: Queryable, batch: Pick<Refill, 'lease' | 'flow' | 'lane'>): Promise<void> {
  const { flow, lane, lease } = batch;
  await db.query(`update gate set tended_until = '-infinity', tender = null where flow = $1 and lane = $2 and tender = $3`, [
    flow,
    lane,
    lease,
  ]);
}

type RefillRow = FoundRow & { readonly tends: boolean };

/**
 * As a claim: `k.epoch = p.epoch` under the lock tells that a key was not taken and freed since the snapshot. `before` bounds the
 * deliveries: those of the keys before must be fewer. Locks keys, then the lease, then the gate, as settling and releasing do: the gate
 * waits for `noted`. Answers one row without a delivery where nothing was taken.
 */
const REFILL = `/* prepare: refill */
with room as materialized (
  select greatest(0, least($4::int, coalesce(g.credit - g.under_way, $4::int))) as credit
  from (select) one left join gate g on g.flow = $1 and g.lane = $2
  where not coalesce(g.paused, false) and g.attention is null
    and not exists (select from connection_gate c where c.connection = any(g.needs) and c.closed_until > now())
    and ($2 = 0 or not exists (
      select from queue_key l where l.lane = 0 and l.flow = $1 and l.waiting > 0 and l.lease is null and l.not_before <= now()))),
ready as materialized (
  select k.flow, k.lane, k.key, k.epoch, sum(k.counts) over (order by k.head, k.key rows unbounded preceding) - k.counts as before
  from room r cross join lateral (
    select flow, lane, key, epoch, head, case when $7::boolean then 1 else least(waiting, $6::int) end as counts from queue_key k
    where k.lane = $2 and k.flow = $1 and k.waiting > 0 and k.lease is null and not k.retrying and k.not_before <= now()
    order by k.head limit r.credit) k),
pick as (select flow, lane, key, epoch from ready where before < $11::int),
locked as materialized (
  select k.flow, k.lane, k.key from queue_key k join pick p on p.flow = k.flow and p.key = k.key and p.lane = k.lane
  where k.lease is null and k.waiting + 0 > 0 and k.epoch = p.epoch for update of k skip locked),
member as materialized (
  select l.flow, l.lane, l.key, d.id from locked l cross join lateral (
    select id from delivery d where d.flow = l.flow and d.key = l.key and d.lane = l.lane and d.state = 0
    order by id limit case when $7::boolean then ${COALESCED_PER_REFILL} else $6::int end) d),
part as materialized (select flow, lane, key, count(*)::int as members, max(id) as newest from member group by flow, lane, key),
taken as (
  update queue_key k set lease = $3::text, parked = false, epoch = nextval('epoch'), waiting = k.waiting - p.members,
    head = coalesce((select min(d.id) from delivery d where d.flow = p.flow and d.key = p.key and d.lane = p.lane and d.state = 0 and d.id > p.newest), k.head)
  from part p where k.flow = p.flow and k.key = p.key and k.lane = p.lane
  returning k.flow, k.key, k.epoch, p.newest),
changed as (
  update delivery d set epoch = t.epoch,
    state = case when older then 3 else 1 end,
    lease = case when older then null else $3::text end,
    attempts = d.attempts + case when older then 0 else 1 end,
    outcome = case when older then 'superseded by delivery ' || t.newest else d.outcome end,
    settled_at = case when older then now() else d.settled_at end
  from member m join taken t on t.flow = m.flow and t.key = m.key cross join lateral (select $7::boolean and m.id < t.newest as older) o
  where d.id = m.id and d.state + 0 = 0 and ${expectOne('m.id')}
  returning d.id, d.event_id, d.flow, d.key, d.lane, d.epoch, d.attempts, d.edits, d.generation, d.parked, d.state),
sum as materialized (select count(*)::int as groups, coalesce(max(epoch), 0) as served from taken),
noted as (
  insert into lease as l (id, owner, kind, flow, lane, held, until, workflow_id, started)
  select $3::text, $5, 'batch', $1::text, $2::smallint, s.groups, now() + make_interval(secs => $8::float8 / 1000), $10, true
  from sum s where s.groups > 0
  on conflict (id) do update set held = l.held + excluded.held, open = true, until = greatest(l.until, excluded.until)
  returning l.id),
gated as (
  insert into gate as g (flow, lane, under_way, served, tended_until, tender)
  select $1::text, $2::smallint, s.groups, s.served,
    case when o.tends then now() + make_interval(secs => $9::float8 / 1000) else '-infinity' end, case when o.tends then $3::text end
  from sum s cross join (select count(*) from noted) first
    cross join lateral (
      select s.groups < $4::int and exists (select from room) and not exists (select from ready where before >= $11::int) as tends) o
  on conflict (flow, lane) do update set under_way = g.under_way + excluded.under_way, served = greatest(g.served, excluded.served),
    tended_until = case when g.tender = $3::text or (excluded.tender is not null and g.tended_until <= now()) then excluded.tended_until else g.tended_until end,
    tender = case when g.tender = $3::text or (excluded.tender is not null and g.tended_until <= now()) then excluded.tender else g.tender end
  returning coalesce(g.tender = $3::text, false) as tends)
select t.tends, ${BEGUN_COLUMNS}
from gated t left join changed d on d.state = 1 left join event e on e.id = d.event_id left join body b on b.event_id = d.event_id
order by d.key, d.id`;
