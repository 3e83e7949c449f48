import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDirectory } from '../../processes/parts.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf } from '../helpers/watch.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack } from '../helpers/stack.ts';

describe.each(['delivery', 'batch'] as const)('a worker whose configuration lacks the flow of a %s', (way) => {
  let made: TestDatabase;
  let stack: Stack;
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot', flows: DUNNING_ONLY, way, worker: false });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });

  it('gives it back without settling anything; it is done by a worker that knows the flow', async () => {
    const hook = await failPaymentUnsent(stack);
    expect((await sendStripe(stack, hook.body)).status).toBe(200);
    await stack.startWorker({ ...toDirectory(stack.config), flow: () => undefined });
    const [waiting] = await eventually(async () => {
      const rows = await deliveriesOf(made.db);
      expect(rows).toMatchObject([{ state: 'waiting', reason: expect.stringContaining('unknown_flow: ') }]);
      return rows;
    });
    expect(waiting).toMatchObject({ attempts: 0, parked: false, outcome: null });
    expect(stack.log()).toContain("this worker's configuration lacks the flow");
    expect(countNotes(stack, [hook.invoiceId])).toEqual([0]);

    await stack.stopWorker();
    await stack.startWorker();
    // It would be taken after half a minute by itself.
    await made.db.query(`update queue_key set not_before = '-infinity'`);
    expect(await allSettled(made.db, 1)).toMatchObject([{ state: 'done' }]);
    expect(countNotes(stack, [hook.invoiceId])).toEqual([1]);
  });
});
