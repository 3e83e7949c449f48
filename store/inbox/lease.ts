import { toStoredText } from '../driver/stored-text.ts';
import type { Queryable, Row } from '../driver/database.ts';

export type LeaseKind = 'delivery' | 'batch' | 'run';

/** A lease that nobody has settled in time. */
export interface OpenLease {
  readonly lease: string;
  /** `run`: of a job; it holds no deliveries. */
  readonly kind: LeaseKind;
  /** Whether its workflow's start was answered. */
  readonly started: boolean;
  readonly workflowId: string | null;
  readonly flow: string;
  readonly lane: number;
  readonly owner: string;
  readonly createdAt: Date;
  /** When it became due. */
  readonly until: Date;
  /** Everything it holds waits for a person. */
  readonly parked: boolean;
  /** What is wrong with its workflow, as far as the reaper saw; null: nothing. */
  readonly alarm: string | null;
}

/** Notes that the lease's workflow was started, and under which id. */
export async function markStarted(db: Queryable, lease: string, workflowId: string): Promise<void> {
  await db.query('update lease set started = true, workflow_id = $2 where id = $1', [lease, workflowId]);
}

/**
 * Leases whose time is up, oldest first: `olderThanMs` after it was up, at the earliest. `parked`: only those that wait for a person, or
 * only the others, which are found without reading the parked ones.
 */
export async function openLeases(
  db: Queryable,
  due: { readonly olderThanMs: number; readonly limit: number; readonly parked?: boolean },
): Promise<readonly OpenLease[]> {
  const only = due.parked === undefined ? '' : due.parked ? 'and parked' : 'and not parked';
  const rows = await db.query<Row & Omit<OpenLease, 'kind'> & { kind: string }>(
    `select id as lease, kind, started, workflow_id as "workflowId", flow, lane, owner, created_at as "createdAt", until, parked, alarm
     from lease where open ${only} and until < now() - make_interval(secs => $1::float8 / 1000) order by until limit $2`,
    [due.olderThanMs, due.limit],
  );
  return rows.map((row) => ({ ...row, kind: row.kind === 'batch' || row.kind === 'run' ? row.kind : 'delivery' }));
}

/** Puts off the time at which the reaper looks at a lease. False: it is closed. */
export async function extendLease(db: Queryable, lease: string, ttlMs: number): Promise<boolean> {
  const rows = await db.query(
    'update lease set until = now() + make_interval(secs => $2::float8 / 1000) where id = $1 and open returning 1',
    [lease, ttlMs],
  );
  return rows.length > 0;
}

/** Notes what is wrong with a lease's workflow, for operators; null: nothing any more. */
export async function noteAlarm(db: Queryable, lease: string, alarm: string | null): Promise<void> {
  await db.query('update lease set alarm = $2 where id = $1 and open', [lease, alarm === null ? null : toStoredText(alarm)]);
}

/** What becomes of the deliveries of a released lease. */
export interface Release {
  readonly reason: string;
  /** Default `waiting`. */
  readonly state?: 'waiting' | 'terminated';
  /** Whether the groups run alone from now on; default true: the attempt may have failed because of them. Else it does not count. */
  readonly retrying?: boolean;
  readonly notBeforeMs?: number;
}

/** Frees every key under a lease and fences off whoever still works on them. Nothing under it: only closes it. */
export async function releaseLease(
  db: Queryable,
  lease: string,
  release: Release,
): Promise<{ readonly groups: number; readonly deliveries: number }> {
  const terminated = release.state === 'terminated';
  const rows = await db.query<{ groups: number; deliveries: number }>(RELEASE, [
    lease,
    terminated,
    toStoredText(release.reason),
    release.retrying ?? true,
    release.notBeforeMs ?? 0,
  ]);
  return rows[0] ?? { groups: 0, deliveries: 0 };
}

const RELEASE = `
with held as materialized (select flow, key, lane, parked from queue_key where lease = $1 order by flow, key, lane for update),
let_go as (
  update delivery d set lease = null, parked = null, reason = $3,
    attempts = case when $4::boolean then d.attempts else greatest(0, d.attempts - 1) end,
    state = case when $2::boolean then 5 else 0 end,
    outcome = case when $2::boolean then $3 else d.outcome end,
    settled_at = case when $2::boolean then now() end
  from held h where d.lease = $1 and d.flow = h.flow and d.key = h.key and d.lane = h.lane and d.state = 1
  returning d.id, d.flow, d.key, d.lane),
part as (select flow, key, lane, count(*)::int as members, min(id) as first from let_go group by flow, key, lane),
freed as (
  update queue_key k set lease = null, parked = false, epoch = nextval('epoch'),
    waiting = k.waiting + back.members, head = coalesce(back.first, k.head),
    retrying = back.members > 0 and (k.retrying or $4::boolean),
    not_before = case when back.members > 0 then now() + make_interval(secs => $5::float8 / 1000) else '-infinity' end
  from held h left join part p using (flow, key, lane)
    cross join lateral (select case when $2::boolean then 0 else coalesce(p.members, 0) end as members, case when $2::boolean then null else p.first end as first) back
  where k.flow = h.flow and k.key = h.key and k.lane = h.lane
  returning k.flow, k.lane, h.parked as was_parked),
counted as (
  insert into gate as g (flow, lane, under_way)
  select flow, lane, -count(*) from freed where not was_parked group by flow, lane order by flow, lane
  on conflict (flow, lane) do update set under_way = g.under_way + excluded.under_way),
closed as (
  update lease set held = held - (select count(*)::int from freed), open = held > (select count(*)::int from freed) where id = $1)
select (select count(*)::int from freed) as groups, (select count(*)::int from let_go) as deliveries`;
