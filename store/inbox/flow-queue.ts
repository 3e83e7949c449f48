import type { Queryable } from '../driver/database.ts';

/** How many groups of a flow may be under way at once in a lane, where the configuration says nothing; as the column's default. */
export const DEFAULT_CREDIT = 256;

/** What the configuration file says about a flow's queue. */
export interface QueueSettings {
  readonly name: string;
  /** null: the default. */
  readonly credit: number | null;
  readonly paused: boolean;
}

/**
 * Brings the queues of these flows in line with the configuration file, both ways: what it no longer says is taken back. An operator's
 * pause stays, and so does an operator's `resume` for as long as the file still says `paused`. Queues of other flows are left alone: a
 * file that does not have them may be an old one.
 */
export async function applyFlows(db: Queryable, flows: readonly QueueSettings[]): Promise<void> {
  await db.query(APPLY, [flows.map(({ name }) => name), flows.map(({ paused }) => paused), flows.map(({ credit }) => credit)]);
}

/** The flows that something waits for. Costs a look into an index for each flow. */
export async function listWaitingFlows(db: Queryable): Promise<readonly string[]> {
  const rows = await db.query<{ flow: string }>(WAITING);
  return rows.map(({ flow }) => flow);
}

/**
 * Forgets what was said about a flow's queue, unless something is under way in it: it is listed no more. For a flow that was removed, when
 * nothing waits for it.
 */
export async function forgetQueue(db: Queryable, flow: string): Promise<void> {
  await db.query('delete from gate where flow = $1 and under_way = 0', [flow]);
}

/** A pause that neither source accounts for was made by an older release, which knew one of them only: it counts as an operator's. */
const SAID = `case when g.paused is distinct from coalesce(g.said_paused, g.file_paused) then g.paused else g.said_paused end`;
/** A `resume` has nothing left to say where the file does not pause. */
const STILL_SAID = `case when excluded.file_paused or ${SAID} then ${SAID} end`;

const APPLY = `
with file as (
  select flow, lane, paused, coalesce(credit, ${DEFAULT_CREDIT}) as credit
  from unnest($1::text[], $2::boolean[], $3::int[]) as f (flow, paused, credit) cross join unnest(array[0, 1]::smallint[]) as lane)
insert into gate as g (flow, lane, paused, file_paused, credit)
select f.flow, f.lane, f.paused, f.paused, f.credit from file f
where f.paused or f.credit <> ${DEFAULT_CREDIT} or exists (select from gate known where known.flow = f.flow and known.lane = f.lane)
order by f.flow, f.lane
on conflict (flow, lane) do update set credit = excluded.credit, file_paused = excluded.file_paused, said_paused = ${STILL_SAID},
  paused = coalesce(${STILL_SAID}, excluded.file_paused)`;

const WAITING = `
with recursive flows as (
  (select lane, flow from queue_key where waiting > 0 and lease is null order by lane, flow limit 1)
  union all
  select n.lane, n.flow from flows f cross join lateral (
    select q.lane, q.flow from queue_key q where q.waiting > 0 and q.lease is null and (q.lane, q.flow) > (f.lane, f.flow)
    order by q.lane, q.flow limit 1) n)
select distinct flow from flows order by flow`;
