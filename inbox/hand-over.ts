import { StoreUnavailable } from '../store/database.ts';
import { markStarted } from '../store/lease.ts';
import { TemporalUnavailable } from './starter.ts';
import type { Database } from '../store/database.ts';
import type { ClaimedRow } from '../store/claim.ts';
import type { BatchInput, DeliveryInput, Lane } from '../workflows/contract.ts';
import type { HandedOver, WorkflowStarter } from './starter.ts';

/** One lease with its rows, ready to be handed to Temporal. */
export interface Lease {
  readonly id: string;
  readonly lane: Lane;
  readonly rows: readonly ClaimedRow[];
}

/** Starts the workflow `delivery` of a lease that holds one group, and notes that it is started. */
export async function handOverDelivery(db: Database, starter: WorkflowStarter, lease: Lease): Promise<void> {
  const [first] = lease.rows;
  if (first === undefined) return;
  const group = { lease: lease.id, flow: first.flow, lane: lease.lane, key: first.key };
  const input: DeliveryInput = { group, deliveryIds: lease.rows.map(({ deliveryId }) => deliveryId) };
  await markStarted(db, lease.id, await starter.startDelivery(input, toHandedOver(lease.rows, first)));
}

/** Starts the workflow `batch` of a lease, and notes that it is started. */
export async function handOverBatch(db: Database, starter: WorkflowStarter, lease: Lease): Promise<void> {
  const [first] = lease.rows;
  if (first === undefined) return;
  const input: BatchInput = { lease: lease.id, flow: first.flow, lane: lease.lane, groups: new Set(lease.rows.map(({ key }) => key)).size };
  await markStarted(db, lease.id, await starter.startBatch(input, toHandedOver(lease.rows, first)));
}

/** Whether a hand-over failed for want of Temporal or the store, so that the same lease is worth handing over again. */
export function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof TemporalUnavailable || error instanceof StoreUnavailable;
}

function toHandedOver(rows: readonly ClaimedRow[], first: ClaimedRow): HandedOver {
  const { connection, topic, record } = first;
  return { connection, topic, record, eventIds: rows.map(({ eventId }) => eventId) };
}
