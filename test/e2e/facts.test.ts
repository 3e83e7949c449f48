import { afterEach, describe, expect, it } from 'vitest';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf } from '../helpers/desk.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf } from '../helpers/watch.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Helpdesk, Stack, StackOptions } from '../helpers/stack.ts';

let made: TestDatabase;
let stack: Stack;
let close = (): Promise<void> => Promise.resolve();
afterEach(() => close());

async function open(options: Omit<StackOptions, 'db'>): Promise<void> {
  made = await makeDatabase();
  stack = await startStack({ db: made.db, ...options });
  close = async () => {
    await stack.close();
    await made.remove();
  };
}

describe.each(['delivery', 'batch'] as const)('a failed payment, handed over as %s', (way) => {
  it('is told once, whatever events tell of it; its next attempt is told again', async () => {
    await open({ helpdesk: 'chatwoot', flows: DUNNING_ONLY, way });
    const { body, invoiceId } = await failPaymentUnsent(stack);
    const snapshot: object = JSON.parse(body);
    const thin = {
      id: 'evt_thin',
      object: 'v2.core.event',
      type: 'v1.invoice.payment_failed',
      livemode: false,
      related_object: { id: invoiceId, type: 'invoice', url: `/v1/invoices/${invoiceId}` },
    };
    // The thin event names no customer, so it has a key of its own and runs beside the others.
    await Promise.all([snapshot, { ...snapshot, id: 'evt_twin' }, thin].map((event) => sendStripe(stack, JSON.stringify(event))));
    await allSettled(made.db, 3);
    expect(countNotes(stack, [invoiceId])).toEqual([1]);
    await sendStripe(stack, JSON.stringify({ ...snapshot, id: 'evt_late' }));
    const late = (await allSettled(made.db, 4)).at(-1);
    expect(late?.outcome).toMatch(/^ignored: Attempt 1 of invoice in_\w+ was told by event \d+ already\.$/);
    expect(countNotes(stack, [invoiceId])).toEqual([1]);

    await stack.sandbox.stripe.failPayment(invoiceId).told;
    await allSettled(made.db, 5);
    expect(countNotes(stack, [invoiceId])).toEqual([2]);

    const byHand = { ...snapshot, id: 'evt_by_hand', request: { id: 'req_1', idempotency_key: null } };
    await sendStripe(stack, JSON.stringify(byHand));
    await sendStripe(stack, JSON.stringify({ ...byHand, id: 'evt_by_hand_twin' }));
    await allSettled(made.db, 7);
    expect(countNotes(stack, [invoiceId])).toEqual([3]);
  });
});

it('the failed payment of a connected account is told like one of our own', async () => {
  await open({ helpdesk: 'chatwoot', flows: DUNNING_ONLY });
  const { invoice, told } = stack.sandbox.stripe.failPayment({ amountDue: 50_000, currency: 'isk', account: 'acct_1' });
  await told;
  await allSettled(made.db, 1);
  expect(countNotes(stack, [invoice.id])).toEqual([1]);
  const notes = deskOf(stack.sandbox, 'chatwoot')
    .conversations()
    .flatMap((one) => one.notes);
  expect(notes.join()).toContain('Payment of 500 ISK');
  expect(notes.join()).toContain('/acct_1/test/invoices/');
});

describe.each<[Helpdesk, 'delivery' | 'batch']>([
  ['chatwoot', 'delivery'],
  ['chatwoot', 'batch'],
  ['deskwoot', 'delivery'],
])('at %s, handed over as %s', (helpdesk, way) => {
  it('a message that shows only later than its event is posted all the same', async () => {
    await open({ helpdesk, way });
    const desk = deskOf(stack.sandbox, helpdesk);
    const show = hideNewest(helpdesk, desk.customerWrites('new', 'Where is my order?').conversationId);
    const looked = (): number => desk.system.journal.count({ method: 'GET', route: MESSAGES[helpdesk] });
    await eventually(() => expect(looked()).toBeGreaterThan(0));
    show();
    await eventually(() => expect(JSON.stringify(stack.sandbox.slack.threads('C0123'))).toContain('Where is my order?'));
    await allSettled(made.db, 2);
    expect((await deliveriesOf(made.db)).filter(({ outcome }) => outcome?.includes('does not exist'))).toEqual([]);
  });
});

const MESSAGES = {
  chatwoot: '/api/v1/accounts/:account/conversations/:cid/messages',
  deskwoot: '/api/v1/conversations/:conversationId/messages',
} as const;

/** Takes the newest message out of what the helpdesk shows, as on a replica that lags; the answer puts it back. */
function hideNewest(helpdesk: Helpdesk, conversationId: string): () => void {
  const { chatwoot, deskwoot } = stack.sandbox;
  if (helpdesk === 'chatwoot') return hideLast(chatwoot.state.conversations.get(Number(conversationId))?.messages ?? []);
  return hideLast(deskwoot.state.conversations.get(conversationId)?.messages ?? []);
}

function hideLast<Row>(rows: Row[]): () => void {
  const hidden = rows.splice(-1);
  return () => void rows.push(...hidden);
}
