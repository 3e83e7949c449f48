import { expectOne } from '../driver/expect-one.ts';
import type { Queryable } from '../driver/database.ts';

/** Deliveries of a coalescing flow that one claim collapses at most. */
const COALESCED_PER_CLAIM = 1_000;

/** What a claim may take. */
export interface ClaimLimits {
  readonly lane: number;
  /** Keys at most. */
  readonly groups: number;
  /** Deliveries of one key at most; coalescing flows collapse up to 1,000 to one. */
  readonly perGroup: number;
  /** Leave out keys that more deliveries wait for; those that failed before are taken all the same. */
  readonly mostWaiting?: number;
  /** Leave out keys that fewer deliveries wait for. */
  readonly leastWaiting?: number;
  /** Who takes them, for operators. */
  readonly owner: string;
  /** How long until the reaper looks at the lease. */
  readonly ttlMs: number;
  /** Only this flow. */
  readonly flow?: string;
  /** Only these flows: what waits for any other is left alone. */
  readonly flows?: readonly string[];
  /** Leave out these flows. */
  readonly except?: readonly string[];
  /** Leave out keys whose group was released after a failure. */
  readonly firstAttemptsOnly?: boolean;
  /** Take only keys whose group was released after a failure: of each its first delivery, alone. */
  readonly retryingOnly?: boolean;
  /** Flows of which a group is collapsed to its newest delivery; the others become `superseded`. */
  readonly coalesce?: readonly string[];
}

/** One lease for groups of one flow. */
export interface GroupClaim extends ClaimLimits {
  readonly lease: string;
  readonly kind: 'delivery' | 'batch';
}

/** A lease for each group: `<leasePrefix>-1`, `<leasePrefix>-2`, … */
export interface DeliveryClaim extends ClaimLimits {
  readonly leasePrefix: string;
}

/** A delivery that was handed over. */
export type ClaimedRow = {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly flow: string;
  readonly key: string;
  readonly lane: number;
  readonly lease: string;
  readonly epoch: string;
  /** This attempt included: 1 on the first. */
  readonly attempts: number;
  readonly topic: string;
  readonly record: string | null;
  readonly connection: string;
};

/**
 * Takes groups of the one flow whose turn it is (the one served longest ago). Leaves out flows that are paused, that wait
 * for a person, of which a connection is closed, or whose credit is used up; credit is soft: claims at the same moment may each take up to it.
 * A `batch` takes first attempts only: what failed once runs alone.
 */
export async function claimGroups(db: Queryable, claim: GroupClaim): Promise<readonly ClaimedRow[]> {
  const firstAttemptsOnly = claim.kind === 'batch' || (claim.firstAttemptsOnly ?? false);
  return db.query<ClaimedRow>(statementFor({ ...claim, firstAttemptsOnly }), toParameters(claim, claim.lease, claim.kind, false));
}

/** Takes groups of all flows by turns, each under a lease of its own; one statement. */
export async function claimDeliveries(db: Queryable, claim: DeliveryClaim): Promise<readonly ClaimedRow[]> {
  return db.query<ClaimedRow>(statementFor(claim), toParameters(claim, claim.leasePrefix, 'delivery', true));
}

function toParameters(limits: ClaimLimits, lease: string, kind: string, each: boolean): unknown[] {
  return [
    limits.lane,
    lease,
    limits.groups,
    limits.perGroup,
    limits.owner,
    limits.ttlMs,
    kind,
    limits.flow === undefined ? (limits.flows ?? null) : [limits.flow],
    each,
    [...(limits.coalesce ?? [])],
    limits.mostWaiting ?? null,
    limits.leastWaiting ?? null,
    [...(limits.except ?? [])],
  ];
}

/**
 * `k.epoch = p.epoch` under the lock: the key was not taken and freed since the snapshot. Counters change by row
 * arithmetic, because the snapshot does not see what was recorded meanwhile. The planner sees this first when nothing waits: where it might
 * take another index than the one by all of a key, or by a delivery's id, it is kept from it (`waiting + 0`, `state + 0`, the lane from
 * the row and not from $1).
 */
const CLAIM = `/* prepare: claim */
with recursive flows as (
  (select flow from queue_key where lane = $1 and waiting > 0 and lease is null order by lane, flow limit 1)
  union all
  select (select q.flow from queue_key q where q.lane = $1 and q.waiting > 0 and q.lease is null and q.flow > f.flow order by q.lane, q.flow limit 1)
  from flows f where f.flow is not null),
open as (
  select f.flow, coalesce(g.served, 0) as served, greatest(0, least($3::int, coalesce(g.credit - g.under_way, $3::int))) as credit
  from flows f left join gate g on g.flow = f.flow and g.lane = $1
  where f.flow is not null and ($8::text[] is null or f.flow = any($8::text[])) and f.flow <> all($13::text[])
    and not coalesce(g.paused, false) and g.attention is null
    and not exists (select from connection_gate c where c.connection = any(g.needs) and c.closed_until > now()) /* which flows */),
candidate as (
  select o.flow, k.lane, o.served, k.key, k.epoch, k.head, row_number() over (partition by o.flow order by k.head) as turn
  from open o cross join lateral (
    select lane, key, epoch, head from queue_key k
    where k.lane = $1 and k.flow = o.flow and k.waiting > 0 and k.lease is null and k.not_before <= now() /* which keys */
      and ($11::int is null or k.retrying or k.waiting <= $11)
      and ($12::int is null or k.waiting >= $12)
    order by k.head limit o.credit) k),
chosen as (select flow from candidate where turn = 1 order by served, head limit case when $9::boolean then null else 1 end),
pick as (
  select c.flow, c.lane, c.key, c.epoch, row_number() over (order by c.turn, c.served, c.head) as n
  from candidate c join chosen using (flow) order by n limit $3),
locked as materialized (
  select k.flow, k.lane, k.key, p.n, k.retrying from queue_key k join pick p on p.flow = k.flow and p.key = k.key and p.lane = k.lane
  where k.lease is null and k.waiting + 0 > 0 and k.epoch = p.epoch for update of k skip locked),
member as materialized (
  select l.flow, l.lane, l.key, l.n, d.id, l.flow = any($10::text[]) as coalesces from locked l cross join lateral (
    select id from delivery d where d.flow = l.flow and d.key = l.key and d.lane = l.lane and d.state = 0
    order by id limit case when l.flow = any($10::text[]) then ${COALESCED_PER_CLAIM} when l.retrying then 1 else $4::int end) d),
part as materialized (
  select flow, lane, key, n, coalesces, count(*)::int as members, max(id) as newest from member group by flow, lane, key, n, coalesces),
taken as (
  update queue_key k set lease = case when $9::boolean then $2::text || '-' || p.n else $2::text end,
    parked = false, epoch = nextval('epoch'), waiting = k.waiting - p.members,
    head = coalesce((select min(d.id) from delivery d where d.flow = p.flow and d.key = p.key and d.lane = p.lane and d.state = 0 and d.id > p.newest), k.head)
  from part p where k.flow = p.flow and k.key = p.key and k.lane = p.lane
  returning k.flow, k.key, k.epoch, k.lease, p.coalesces, p.newest),
changed as (
  update delivery d set epoch = t.epoch,
    state = case when older then 3 else 1 end,
    lease = case when older then null else t.lease end,
    attempts = d.attempts + case when older then 0 else 1 end,
    outcome = case when older then 'superseded by delivery ' || t.newest else d.outcome end,
    settled_at = case when older then now() else d.settled_at end
  from member m join taken t on t.flow = m.flow and t.key = m.key cross join lateral (select t.coalesces and m.id < t.newest as older) o
  where d.id = m.id and d.state + 0 = 0 and ${expectOne('m.id')}
  returning d.id, d.event_id, d.flow, d.key, d.lane, d.lease, d.epoch, d.attempts, d.state),
noted as (
  insert into lease (id, owner, kind, flow, lane, held, until)
  select lease, $5, $7, flow, $1, count(*), now() + make_interval(secs => $6::float8 / 1000) from taken group by lease, flow),
counted as (
  insert into gate as g (flow, lane, under_way, served) select flow, $1::smallint, count(*), max(epoch) from taken group by flow order by flow
  on conflict (flow, lane) do update set under_way = g.under_way + excluded.under_way, served = excluded.served)
select c.id::text as "deliveryId", c.event_id::text as "eventId", c.flow, c.key, c.lane, c.lease, c.epoch::text as epoch, c.attempts,
  e.topic, e.record, e.connection
from changed c join event e on e.id = c.event_id where c.state = 1 order by c.flow, c.key, c.id`;

/** A flow that a batch tends is left to it (`store/refill.ts`), but for what runs alone. */
const UNTENDED = `and coalesce(g.tended_until, '-infinity') <= now()`;
const CLAIM_ANY = claimOf('claim', UNTENDED, '');
const CLAIM_FIRST = claimOf('claim_first', UNTENDED, 'and not k.retrying');
/** The keys that run alone have an index of their own: a look at them does not read what else waits. */
const CLAIM_RETRYING = claimOf('claim_retrying', '', 'and k.retrying');

function claimOf(name: string, flows: string, keys: string): string {
  return CLAIM.replace('prepare: claim', `prepare: ${name}`).replace('/* which flows */', flows).replace('/* which keys */', keys);
}

function statementFor(limits: ClaimLimits): string {
  if (limits.firstAttemptsOnly === true) return CLAIM_FIRST;
  return limits.retryingOnly === true ? CLAIM_RETRYING : CLAIM_ANY;
}
