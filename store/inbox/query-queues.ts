import { RUN_LANE } from './run-key.ts';
import { DEFAULT_CREDIT } from './flow-queue.ts';
import type { Queryable } from '../driver/database.ts';
import type { FlowAttention } from '../gates/flow-gate.ts';

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
  /** Groups under way; parked ones are not: they wait for a person and use up no credit. */
  readonly underWay: number;
  readonly credit: number;
  readonly parked: number;
  readonly paused: boolean;
  /** Whose word paused it; null: it is not paused. */
  readonly pausedBy: 'file' | 'operator' | null;
  /** An operator resumed what the configuration file pauses. */
  readonly resumed: boolean;
  /** Groups under way or parked over whose workflow the reaper raised an alarm. */
  readonly stuck: number;
  /** null: open. */
  readonly closedUntil: Date | null;
  /** Names of the connections that hold it closed. */
  readonly closedBy: readonly string[];
  /** Why it waits for a person to open it: too many of its own deliveries are parked for one cause. null: it does not. */
  readonly attention: FlowAttention | null;
};

/** All keys that wait are counted: no ordinary statement where a million do. */
const LIST_MS = 30_000;

/** Every flow that has, or had, something to do. */
export async function listQueues(db: Queryable): Promise<readonly QueueStatus[]> {
  return db.query<QueueStatus>(LIST, [], { limitMs: LIST_MS });
}

const CLOSED_UNTIL_OPENED = "timestamptz '9999-12-31T00:00:00Z'";
/** The closed connections that the queue `g` needs. */
const HOLDING = 'from connection_gate c where c.connection = any(g.needs) and c.closed_until > now()';

const LIST = `
with depth as (
  select flow, lane, sum(waiting)::int as waiting, count(*)::int as keys from queue_key where waiting > 0 group by flow, lane),
parked as (
  select flow, lane, count(*)::int as parked from delivery where parked is not null group by flow, lane),
stuck as (
  select flow, lane, sum(held)::int as stuck from lease where open and alarm is not null group by flow, lane),
named as (
  select flow, lane from depth union select flow, lane from parked union select flow, lane from gate where lane <> ${RUN_LANE})
select n.flow, n.lane, coalesce(d.waiting, 0) as waiting, coalesce(d.keys, 0) as keys,
  (select e.received_at from delivery o join event e on e.id = o.event_id
   where o.flow = n.flow and o.state::int = 0 and o.lane = n.lane order by o.id limit 1) as "oldestWaitingAt",
  coalesce(g.under_way, 0) as "underWay", coalesce(g.credit, ${DEFAULT_CREDIT}) as credit, coalesce(p.parked, 0) as parked,
  coalesce(g.paused, false) as paused, coalesce(g.file_paused and not g.paused, false) as resumed, coalesce(s.stuck, 0) as stuck,
  case when g.paused then case when g.file_paused and g.said_paused is not true then 'file' else 'operator' end end as "pausedBy", g.attention,
  case when g.attention is not null then ${CLOSED_UNTIL_OPENED} else (select max(c.closed_until) ${HOLDING}) end as "closedUntil",
  array(select c.connection ${HOLDING} order by c.connection) as "closedBy"
from named n left join depth d using (flow, lane) left join parked p using (flow, lane) left join stuck s using (flow, lane) left join gate g using (flow, lane)
order by n.flow, n.lane`;
