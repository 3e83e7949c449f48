import type { Database, Queryable, StatementOptions } from '../driver/database.ts';

/** A counter that does not say what the rows say. */
export type Drift = {
  readonly counter: 'queue_key.waiting' | 'gate.under_way' | 'lease.held';
  readonly where: string;
  readonly counted: number;
  readonly actual: number;
};

/** Compares every counter with its rows, in one snapshot: empty unless the store was changed by hand. Reads whole tables. */
export async function findCounterDrift(db: Queryable): Promise<readonly Drift[]> {
  return db.query<Drift>(DRIFT);
}

/**
 * Puts `gate.under_way` right where it does not say what the keys say, as after a release ran that knew nothing of parked keys. Others may
 * count meanwhile: what is added is the difference within one snapshot. Answers the queues that were wrong.
 */
export async function repairUnderWay(db: Database): Promise<readonly { readonly flow: string; readonly lane: number }[]> {
  return db.transaction(async (tx) => {
    // Two repairs at once would both add the difference. The next statement's snapshot begins after this one's wait.
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [REPAIR_LOCK]);
    return tx.query<{ flow: string; lane: number }>(REPAIR);
  }, COUNTING);
}

/** It reads whole tables. */
const COUNTING: StatementOptions = { limitMs: 2 * 60 * 1000 };
/** Any number that nothing else locks. */
const REPAIR_LOCK = 20_260_518;

const REPAIR = `
with actual as (select flow, lane, count(*)::int as keys from queue_key where lease is not null and not parked group by flow, lane),
wrong as materialized (
  select g.flow, g.lane, coalesce(a.keys, 0) - g.under_way as missing from gate g left join actual a using (flow, lane)
  where coalesce(a.keys, 0) <> g.under_way)
update gate g set under_way = g.under_way + w.missing from wrong w where g.flow = w.flow and g.lane = w.lane returning g.flow, g.lane`;

const DRIFT = `
select 'queue_key.waiting' as counter, concat_ws(' / ', flow, key, lane) as "where", coalesce(k.waiting, 0) as counted, coalesce(d.actual, 0) as actual
from queue_key k full join (
  select flow, key, lane, count(*)::int as actual from delivery where state = 0 group by flow, key, lane) d using (flow, key, lane)
where coalesce(k.waiting, 0) <> coalesce(d.actual, 0)
union all
select 'gate.under_way', concat_ws(' / ', flow, lane), coalesce(g.under_way, 0), coalesce(k.actual, 0)
from gate g full join (
  select flow, lane, count(*)::int as actual from queue_key where lease is not null and not parked group by flow, lane) k using (flow, lane)
where coalesce(g.under_way, 0) <> coalesce(k.actual, 0)
union all
select 'lease.held', coalesce(l.id, k.lease), coalesce(l.held, 0), coalesce(k.actual, 0)
from lease l full join (
  select lease, count(*)::int as actual from queue_key where lease is not null group by lease) k on k.lease = l.id
where coalesce(l.held, 0) <> coalesce(k.actual, 0) or (l.open and l.held = 0) or (not l.open and l.held > 0)`;
