import type { Queryable } from './database.ts';

/** One flow's queue in one lane, for operators and metrics. */
export type QueueStatus = {
  readonly flow: string;
  readonly lane: number;
  /** Deliveries that wait. */
  readonly waiting: number;
  /** Keys they are spread over. */
  readonly keys: number;
  /** When the oldest waiting one was received; null: none waits. */
  readonly oldestWaitingAt: Date | null;
  /** Groups under way. */
  readonly underWay: number;
  readonly credit: number;
  readonly parked: number;
  readonly paused: boolean;
  /** null: open. */
  readonly closedUntil: Date | null;
  /** Names of the connections that hold it closed. */
  readonly closedBy: readonly string[];
};

/** All keys that wait are counted: no ordinary statement where a million do. */
const LIST_MS = 30_000;

/** Every flow that has, or had, something to do. */
export async function listQueues(db: Queryable): Promise<readonly QueueStatus[]> {
  return db.query<QueueStatus>(LIST, [], { limitMs: LIST_MS });
}

const LIST = `
with depth as (
  select flow, lane, sum(waiting)::int as waiting, count(*)::int as keys from queue_key where waiting > 0 group by flow, lane),
parked as (
  select flow, lane, count(*)::int as parked from delivery where parked is not null group by flow, lane),
named as (
  select flow, lane from depth union select flow, lane from parked union select flow, lane from gate)
select n.flow, n.lane, coalesce(d.waiting, 0) as waiting, coalesce(d.keys, 0) as keys,
  (select e.received_at from delivery o join event e on e.id = o.event_id
   where o.flow = n.flow and o.state::int = 0 and o.lane = n.lane order by o.id limit 1) as "oldestWaitingAt",
  coalesce(g.under_way, 0) as "underWay", coalesce(g.credit, 256) as credit, coalesce(p.parked, 0) as parked,
  coalesce(g.paused, false) as paused, case when g.closed_until > now() then g.closed_until end as "closedUntil",
  array(select name from jsonb_each_text(coalesce(g.closed_by, '{}')) as c (name, until) where until::timestamptz > now() order by name) as "closedBy"
from named n left join depth d using (flow, lane) left join parked p using (flow, lane) left join gate g using (flow, lane)
order by n.flow, n.lane`;
