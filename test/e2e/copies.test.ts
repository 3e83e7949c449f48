import { beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../helpers/databases.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { StripeHook } from '../helpers/senders.ts';
import type { Stack } from '../helpers/stack.ts';

const COPIES = 1000;

describe('copies of one event', () => {
  let store: TestDatabase;
  let stack: Stack;
  let hook: StripeHook;
  const closeAfter = teardown();
  beforeAll(async () => {
    store = await makeDatabase();
    closeAfter(() => store.remove());
    stack = await startStack({ db: store.db, helpdesk: 'chatwoot', flows: DUNNING_ONLY });
    closeAfter(() => stack.close());
    hook = await failPaymentUnsent(stack);
  });

  const workflows = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { type, status } of stack.client.workflow.list({
      query: `TaskQueue = '${stack.queues.live}' or TaskQueue = '${stack.queues.bulk}'`,
    }))
      found.push(`${type} ${status.name}`);
    return found;
  };

  it(`a thousand of them at once are each answered 200 and run one workflow`, async () => {
    const answers = await Promise.all(Array.from({ length: COPIES }, () => sendStripe(stack, hook.body)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(COPIES);
    await eventually(async () => expect(await workflows()).toEqual(['delivery COMPLETED']));
    expect(countNotes(stack, [hook.invoiceId])).toEqual([1]);
    expect(await countRows(store.db, 'event', "connection = 'billing'")).toBe(1);
  });

  it('one that comes after the workflow has closed is answered 200 and starts nothing', async () => {
    const another = await failPaymentUnsent(stack);
    expect((await sendStripe(stack, hook.body)).status).toBe(200);
    // A later event that has run its course shows that the copy had time to start something.
    expect((await sendStripe(stack, another.body)).status).toBe(200);
    await eventually(async () => expect(await workflows()).toEqual(['delivery COMPLETED', 'delivery COMPLETED']));
    expect(countNotes(stack, [hook.invoiceId, another.invoiceId])).toEqual([1, 1]);
    expect(await countRows(store.db, 'delivery')).toBe(2);
  });
});
