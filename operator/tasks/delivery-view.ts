import { z } from 'zod';
import type { DeliverySummary } from '../../store/inbox/query-deliveries.ts';

/** What stopped a parked delivery. */
const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  step: z.string(),
  connection: z.string().nullable(),
});

/** A delivery as commands print it. `parked` is a state of its own here: what waits for a person. */
export const deliverySchema = z.object({
  id: z.string(),
  eventId: z.string(),
  connection: z.string(),
  topic: z.string(),
  record: z.string().nullable(),
  flow: z.string(),
  lane: z.enum(['live', 'replay']),
  key: z.string(),
  state: z.enum(['waiting', 'handed', 'parked', 'done', 'superseded', 'skipped', 'terminated']),
  attempts: z.number(),
  generation: z.number(),
  replayOf: z.string().nullable(),
  workflowId: z.string().nullable(),
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  parked: failureSchema.nullable(),
  /** What is wrong with its workflow: it neither ends nor parks. */
  alarm: z.string().nullable(),
  receivedAt: z.string(),
  settledAt: z.string().nullable(),
});

export type DeliveryView = z.output<typeof deliverySchema>;

/** A stored delivery as commands print it. */
export function toDeliveryView(row: DeliverySummary): DeliveryView {
  const { id, eventId, connection, topic, record, flow, key, attempts, generation, replayOf, workflowId, outcome, reason, alarm } = row;
  const failure = failureSchema.safeParse(row.parked);
  return {
    id,
    eventId,
    connection,
    topic,
    record,
    flow,
    key,
    attempts,
    generation,
    replayOf,
    workflowId,
    outcome,
    reason,
    alarm,
    lane: row.lane === 0 ? 'live' : 'replay',
    state: isParked(row) ? 'parked' : row.state,
    parked: failure.success ? failure.data : null,
    receivedAt: row.receivedAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

/** Whether its workflow waits for a person. */
export function isParked(row: DeliverySummary): boolean {
  return row.state === 'handed' && row.parked !== null;
}

/** The states that a delivery can be asked for by. */
export const STATE_NAMES = deliverySchema.shape.state.options;
