import { markStarted } from '../../store/inbox/lease.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { claimAndBegin, toRow, toSettlement } from '../helpers/inbox.ts';
import type { Database } from '../../store/driver/database.ts';

/** Records an event of the customer 1 with one delivery for `dunning` under each name. Answers the deliveries' ids. */
export async function seed(db: Database, names: readonly string[]): Promise<readonly string[]> {
  const deliveries = [{ flow: 'dunning', key: 'customer:1', lane: 0 as const }];
  for (const name of names)
    await recordEvents(db, [toRow(name, { connection: 'billing', topic: 'invoice.payment_failed', record: 'customer:1', deliveries })]);
  const rows = await listDeliveries(db, { limit: names.length });
  return rows.map((row) => row.id).reverse();
}

/** Hands over the waiting group and parks its first delivery. Answers that one's id. */
export async function parkFirst(db: Database): Promise<string> {
  const rows = await claimAndBegin(db, 'L1');
  await markStarted(db, 'L1', 'delivery/dunning/1/L1');
  const parked = {
    code: 'not_found',
    kind: 'attention',
    message: 'There is no inbox Billing.',
    hint: 'Make the inbox.',
    step: 'ensure-contact',
    connection: 'helpdesk',
    retryAfterMs: null,
  };
  await settleGroup(db, toSettlement('L1', rows, { finished: [], then: 'hold', retrying: true, reason: 'not_found', parked }));
  return rows[0]?.deliveryId ?? '';
}
