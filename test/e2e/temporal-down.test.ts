import { beforeAll, describe, expect, it } from 'vitest';
import { makeDatabase } from '../helpers/databases.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { OwnTemporal } from '../helpers/own-temporal.ts';
import type { StripeHook } from '../helpers/senders.ts';
import type { Stack } from '../helpers/stack.ts';

const EVENTS = 20;

describe('while Temporal is stopped', () => {
  let temporal: OwnTemporal;
  let store: TestDatabase;
  let stack: Stack;
  const hooks: StripeHook[] = [];
  const closeAfter = teardown();
  beforeAll(async () => {
    temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    store = await makeDatabase();
    closeAfter(() => store.remove());
    stack = await startStack({ db: store.db, helpdesk: 'chatwoot', flows: DUNNING_ONLY, temporalAddress: temporal.address });
    closeAfter(() => stack.close());
    for (let n = 0; n <= EVENTS; n += 1) hooks.push(await failPaymentUnsent(stack));
  });

  it('events are answered 200 and wait, and each is delivered once when Temporal is back', async () => {
    const [before, ...during] = hooks;
    if (before === undefined) throw new Error('There are no events.');
    await sendStripe(stack, before.body);
    await eventually(() => expect(countNotes(stack, [before.invoiceId])).toEqual([1]));

    await temporal.stop();
    const answers = await Promise.all([...during, ...during].map(({ body }) => sendStripe(stack, body)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(
      countNotes(
        stack,
        during.map(({ invoiceId }) => invoiceId),
      ),
    ).toEqual(during.map(() => 0));
    expect((await fetch(`${stack.origin}/readyz`)).status).toBe(200);

    await temporal.start();
    await eventually(async () => expect(await countRows(store.db, 'delivery', 'state = 2')).toBe(hooks.length));
    expect(
      countNotes(
        stack,
        hooks.map(({ invoiceId }) => invoiceId),
      ),
    ).toEqual(hooks.map(() => 1));
  });
});
