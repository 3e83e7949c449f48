import { DELIVERY_CONDITION, toFilterParameters } from './delivery-filter.ts';
import { toDeliveryState } from './delivery-state.ts';
import { isJson } from '../driver/stored-text.ts';
import type { Json } from '../../model/json.ts';
import type { Queryable, Row } from '../driver/database.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import type { DeliveryState } from './delivery-state.ts';

const DEFAULT_LIMIT = 50;

/** A delivery as operators see it; never with its event's body. */
export interface DeliverySummary {
  readonly id: string;
  readonly eventId: string;
  readonly connection: string;
  readonly topic: string;
  readonly record: string | null;
  readonly flow: string;
  readonly lane: number;
  readonly key: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly generation: number;
  readonly replayOf: string | null;
  readonly lease: string | null;
  readonly workflowId: string | null;
  readonly outcome: string | null;
  /** Why it was released or is parked. */
  readonly reason: string | null;
  /** What stopped it, if it waits for a person. */
  readonly parked: Json | null;
  /** What is wrong with its workflow, as far as the reaper saw. */
  readonly alarm: string | null;
  readonly edits: Json | null;
  readonly receivedAt: Date;
  readonly settledAt: Date | null;
}

/** Lists deliveries, newest first. `afterId`: go on after this one. `limit`: default 50. */
export async function listDeliveries(
  db: Queryable,
  filter: DeliveryFilter & { readonly afterId?: string; readonly limit?: number },
): Promise<readonly DeliverySummary[]> {
  const rows = await db.query<StoredDelivery>(
    `${SELECT} where ${DELIVERY_CONDITION} and ($11::bigint is null or d.id < $11) order by d.id desc limit $12`,
    [...toFilterParameters(filter), filter.afterId ?? null, filter.limit ?? DEFAULT_LIMIT],
  );
  return rows.map(toSummary);
}

/** One delivery; null: there is none of this id. */
export async function showDelivery(db: Queryable, id: string): Promise<DeliverySummary | null> {
  const [row] = await db.query<StoredDelivery>(`${SELECT} where d.id = $1`, [id]);
  return row === undefined ? null : toSummary(row);
}

type StoredDelivery = Row &
  Omit<DeliverySummary, 'state' | 'parked' | 'edits'> & { readonly state: number; readonly parked: unknown; readonly edits: unknown };

const SELECT = `
select d.id::text as id, d.event_id::text as "eventId", e.connection, e.topic, e.record, d.flow, d.lane, d.key, d.state, d.attempts, d.generation,
  d.replay_of::text as "replayOf", d.lease, l.workflow_id as "workflowId", d.outcome, d.reason, d.parked, l.alarm, d.edits,
  e.received_at as "receivedAt", d.settled_at as "settledAt"
from delivery d join event e on e.id = d.event_id left join lease l on l.id = d.lease`;

function toSummary(row: StoredDelivery): DeliverySummary {
  return {
    ...row,
    state: toDeliveryState(row.state),
    parked: isJson(row.parked) ? row.parked : null,
    edits: isJson(row.edits) ? row.edits : null,
  };
}
