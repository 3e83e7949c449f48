import { describe, expect, it } from 'vitest';
import type { Invoice } from '../../connectors/ports/billing.ts';
import type { Facts } from '../../connectors/connector.ts';
import { openConversationOptions } from '../../flows/open-conversation/options.ts';
import { runOpenConversation } from '../../flows/open-conversation/run.ts';
import { StepError } from '../../model/step-failure.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import { conversation, createRecordingSteps, eventOf, inputOf, invoice } from './recording-steps.ts';

const event = eventOf('billing', 'invoice.payment_failed', { 'invoice.id': 'in_1', 'invoice.customer': 'cus_1' });
const options = openConversationOptions.parse({ inbox: 'Billing' });
const full = openConversationOptions.parse({
  connection: 'desk',
  inbox: 'Billing',
  label: 'dunning',
  priority: 'high',
  assignee: 'Jan',
  team: 'Money',
  reuse: 'any',
});

const WRONG_MODE: StepFailure = {
  code: 'wrong_mode',
  kind: 'attention',
  message: 'm',
  hint: 'h',
  step: 'read-invoice',
  connection: 'billing',
  retryAfterMs: null,
};

/** An event of the same failed attempt as `event`, with other facts where they differ. */
function failure(facts: Facts = {}): ReturnType<typeof eventOf> {
  return eventOf('billing', 'invoice.payment_failed', { 'invoice.id': 'in_1', 'invoice.attemptCount': 1, ...facts });
}

/** What the effects of an event's run are keyed by. */
async function factOf(of: ReturnType<typeof eventOf>, change: Partial<Invoice> = {}): Promise<string | null> {
  const { steps, calls } = createRecordingSteps({ readInvoice: async () => ({ ...invoice, ...change }) });
  await runOpenConversation(steps, of, full);
  const facts = new Set(calls.filter(({ action }) => action !== 'readInvoice' && action !== 'findFact').map(({ fact }) => fact));
  expect(facts.size).toBe(1);
  return [...facts][0] ?? null;
}

describe('what open-conversation tells', () => {
  it('is one failed attempt, whatever events tell of it: all effects are keyed by it', async () => {
    expect(await factOf(failure())).toBe(await factOf(failure({ livemode: false })));
    expect(await factOf(failure())).not.toBe(await factOf(failure({ 'invoice.attemptCount': 2 })));
    expect(await factOf(failure())).not.toBe(await factOf(failure({ 'invoice.id': 'in_2' }), { id: 'in_2' }));
    expect(await factOf(failure())).not.toBe(await factOf({ ...failure(), connection: 'other' }));
  });

  it.each(['invoice.charge', 'request.id', 'invoice.payment'])(
    'tells attempts apart that were made by hand, which do not raise the count, by %s',
    async (field) => {
      expect(await factOf(failure({ [field]: 'a' }))).toBe(await factOf(failure({ [field]: 'a' })));
      expect(await factOf(failure({ [field]: 'a' }))).not.toBe(await factOf(failure({ [field]: 'b' })));
    },
  );

  it('takes the count of the invoice as read where an event has none, as thin ones', async () => {
    const thin = eventOf('billing', 'invoice.payment_failed', { 'invoice.id': 'in_1' });
    expect(await factOf(thin, { attemptCount: 1 })).toBe(await factOf(failure()));
    expect(await factOf(thin, { attemptCount: 2 })).toBe(await factOf(failure({ 'invoice.attemptCount': 2 })));
  });

  it('was told where another event did so: nothing is done, and the outcome says which', async () => {
    const { steps, calls } = createRecordingSteps({ findFact: async () => ({ toldBy: '12', keyedBy: 'fact' }) });
    expect(await runOpenConversation(steps, failure(), options)).toEqual({
      outcome: 'ignored',
      text: 'Attempt 1 of invoice in_1 was told by event 12 already.',
    });
    expect(calls.map(({ step }) => step)).toEqual(['read-invoice', 'fact']);
    expect(inputOf(calls, 'findFact')).toMatchObject({ connection: 'helpdesk', lastStep: 'note' });
  });

  it('stays keyed by the event where an earlier version began it', async () => {
    const { steps, calls } = createRecordingSteps({ findFact: async () => ({ toldBy: null, keyedBy: 'event' }) });
    await runOpenConversation(steps, failure(), full);
    expect(calls.every(({ fact }) => fact === null)).toBe(true);
  });

  it('says that the amount is not known where a worker of an earlier version read the invoice', async () => {
    const { due: _, ...before } = invoice;
    const { steps, calls } = createRecordingSteps();
    const older: typeof steps = {
      run: async (step, action, input) => {
        const output = await steps.run(step, action, input);
        return action === 'readInvoice' ? JSON.parse(JSON.stringify(before)) : output;
      },
    };
    expect(await runOpenConversation(older, failure(), options)).toMatchObject({ outcome: 'done' });
    expect(inputOf(calls, 'postMessage')).toMatchObject({ text: expect.stringContaining('Payment of unknown') });
  });
});

describe('open-conversation', () => {
  it('opens a conversation with the customer and posts the note last', async () => {
    const { steps, calls } = createRecordingSteps();
    const outcome = await runOpenConversation(steps, event, full);
    expect(outcome).toEqual({ outcome: 'done', text: 'Conversation 42 opened for invoice in_1.' });
    expect(calls.map(({ step }) => step)).toEqual(['read-invoice', 'fact', 'contact', 'conversation', 'label/dunning', 'priority', 'note']);
    expect(inputOf(calls, 'readInvoice')).toEqual({
      connection: 'billing',
      invoiceId: 'in_1',
      account: null,
      context: null,
      livemode: null,
    });
    expect(inputOf(calls, 'ensureContact')).toEqual({
      connection: 'desk',
      externalId: 'stripe:cus_1',
      record: { connection: 'billing', id: 'cus_1' },
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: null,
      inbox: 'Billing',
    });
    expect(inputOf(calls, 'ensureConversation')).toEqual({
      connection: 'desk',
      contactId: '9',
      inbox: 'Billing',
      reuse: 'any',
      opening: 'We could not collect the payment for invoice A-7.',
      assignee: 'Jan',
      team: 'Money',
    });
    expect(inputOf(calls, 'addLabel')).toEqual({ connection: 'desk', conversationId: '42', label: 'dunning' });
    expect(inputOf(calls, 'setPriority')).toEqual({ connection: 'desk', conversationId: '42', priority: 'high' });
  });

  it('says in the private note what failed and where to look', async () => {
    const { steps, calls } = createRecordingSteps();
    await runOpenConversation(steps, event, options);
    expect(inputOf(calls, 'postMessage')).toEqual({
      connection: 'helpdesk',
      conversationId: '42',
      private: true,
      text: [
        'Payment of 1,234.50 USD for invoice A-7 failed.',
        'Attempts so far: 2. Next attempt: 2026-03-04 10:00 UTC.',
        'Payment page: https://pay.example/in_1',
        'Dashboard: https://dashboard.example/in_1',
      ].join('\n'),
    });
  });

  it('says so in the note where the invoice has no number, page or further attempt', async () => {
    const { steps, calls } = createRecordingSteps({
      readInvoice: async () => ({ ...invoice, number: null, url: null, nextAttemptAt: null, due: { amount: '5000', currency: 'JPY' } }),
    });
    await runOpenConversation(steps, event, options);
    expect(inputOf(calls, 'postMessage')).toMatchObject({
      text: 'Payment of 5,000 JPY for invoice in_1 failed.\nAttempts so far: 2. Next attempt: none planned.\nPayment page: none\nDashboard: https://dashboard.example/in_1',
    });
  });

  it('writes the note and the opening by the templates of the configuration', async () => {
    const { steps, calls } = createRecordingSteps({
      readInvoice: async () => ({ ...invoice, customerEmail: null, customerName: 'Ada\n Lovelace' }),
    });
    const templates = openConversationOptions.parse({
      inbox: 'Billing',
      note: '{{customer.name}} {{customer.email}} {{customer.id}} {{invoice.id}}',
      opening: 'Dear {{customer.name}}: {{invoice.amount}} {{invoice.link}}',
    });
    await runOpenConversation(steps, event, templates);
    expect(inputOf(calls, 'postMessage')).toMatchObject({ text: 'Ada Lovelace unknown cus_1 in_1' });
    expect(inputOf(calls, 'ensureConversation')).toMatchObject({ opening: 'Dear Ada Lovelace: 1,234.50 USD https://pay.example/in_1' });
  });

  it('assigns a conversation that is used again, since only a new one is assigned as it is created', async () => {
    const { steps, calls } = createRecordingSteps({ ensureConversation: async () => ({ conversation, created: false }) });
    const outcome = await runOpenConversation(steps, event, full);
    expect(outcome.text).toBe('Conversation 42 used again for invoice in_1.');
    expect(inputOf(calls, 'assign')).toEqual({ connection: 'desk', conversationId: '42', assignee: 'Jan', team: 'Money' });
  });

  it('opens a conversation by the address alone where the invoice has no customer', async () => {
    const { steps, calls } = createRecordingSteps({ readInvoice: async () => ({ ...invoice, customerId: null }) });
    expect(await runOpenConversation(steps, event, options)).toMatchObject({ outcome: 'done' });
    expect(inputOf(calls, 'ensureContact')).toMatchObject({ externalId: null, record: null, email: 'ada@example.com' });
    const templates = openConversationOptions.parse({ inbox: 'Billing', note: '{{customer.id}}' });
    const noted = createRecordingSteps({ readInvoice: async () => ({ ...invoice, customerId: null }) });
    await runOpenConversation(noted.steps, event, templates);
    expect(inputOf(noted.calls, 'postMessage')).toMatchObject({ text: 'unknown' });
  });

  it('leaves label, priority and assignment alone unless they are configured', async () => {
    const { steps, calls } = createRecordingSteps({ ensureConversation: async () => ({ conversation, created: false }) });
    await runOpenConversation(steps, event, options);
    expect(calls.map(({ step }) => step)).toEqual(['read-invoice', 'fact', 'contact', 'conversation', 'note']);
  });

  it.each(['paid', 'void', 'uncollectible'])('does nothing about an invoice that is %s by now', async (status) => {
    const { steps, calls } = createRecordingSteps({ readInvoice: async () => ({ ...invoice, status }) });
    expect(await runOpenConversation(steps, event, options)).toEqual({
      outcome: 'ignored',
      text: `Invoice in_1 is ${status} by now: nothing to do.`,
    });
    expect(calls).toHaveLength(1);
  });

  it('asks for the invoice where the event says it is: account, context, mode', async () => {
    const { steps, calls } = createRecordingSteps();
    const facts = { 'invoice.id': 'in_1', account: 'acct_1', livemode: true };
    await runOpenConversation(steps, eventOf('billing', 'invoice.payment_failed', facts), options);
    expect(inputOf(calls, 'readInvoice')).toEqual({
      connection: 'billing',
      invoiceId: 'in_1',
      account: 'acct_1',
      context: null,
      livemode: true,
    });
  });

  it('says in which account it looked for an invoice that is gone', async () => {
    const { steps } = createRecordingSteps({ readInvoice: async () => null });
    const facts = { 'invoice.id': 'in_1', account: 'acct_1' };
    expect(await runOpenConversation(steps, eventOf('billing', 'invoice.payment_failed', facts), options)).toEqual({
      outcome: 'ignored',
      text: 'Invoice in_1 does not exist any more in account acct_1.',
    });
  });

  it.each([
    [false, 'ignored'],
    [true, 'wrong_mode'],
  ])(
    'ends an event of another mode than the key (live: %s) as %s: tests are no business of anybody, real payments are',
    async (livemode, end) => {
      const { steps } = createRecordingSteps({ readInvoice: () => Promise.reject(new StepError(WRONG_MODE)) });
      const run = runOpenConversation(steps, eventOf('billing', 'invoice.payment_failed', { 'invoice.id': 'in_1', livemode }), options);
      const outcome = await run.catch((error: unknown) => error);
      if (livemode) expect(outcome).toMatchObject({ failure: { code: end, kind: 'attention' } });
      else expect(outcome).toEqual({ outcome: end, text: 'Invoice in_1 is of test mode, and the key of connection billing of live mode.' });
    },
  );

  it('ignores an invoice that is gone', async () => {
    const { steps } = createRecordingSteps({ readInvoice: async () => null });
    expect(await runOpenConversation(steps, event, options)).toEqual({ outcome: 'ignored', text: 'Invoice in_1 does not exist any more.' });
  });

  it('ignores an event that names no invoice', async () => {
    const { steps, calls } = createRecordingSteps();
    expect(await runOpenConversation(steps, eventOf('billing', 'invoice.payment_failed', {}), options)).toEqual({
      outcome: 'ignored',
      text: 'The event names no invoice.',
    });
    expect(calls).toEqual([]);
  });

  it('names each step once and shows an operator no personal data', async () => {
    const summaries: string[] = [];
    const { steps } = createRecordingSteps({ ensureConversation: async () => ({ conversation, created: false }) });
    const watched: typeof steps = {
      run: (step, action, input) => (summaries.push(`${step.name} ${step.summary}`), steps.run(step, action, input)),
    };
    await runOpenConversation(watched, event, full);
    expect(new Set(summaries).size).toBe(8);
    expect(summaries.join(' ')).not.toMatch(/Ada|@|Jan/);
  });

  it.each([
    ['a field of the wrong type', { ...options, inbox: 3 }],
    ['an unknown value', { ...options, reuse: 'sometimes' }],
    ['a field that is left out', { inbox: 'Billing' }],
    ['an unknown priority', { ...options, priority: 'now' }],
  ])('refuses options with %s, which another version wrote', async (_, wrong) => {
    const { steps } = createRecordingSteps();
    const error: unknown = await runOpenConversation(steps, event, wrong).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    expect(error).toMatchObject({ failure: { code: 'invalid_options', kind: 'attention' } });
  });
});
