import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startStripe, type StripeHandle } from '../../sandbox/stripe/index.ts';
import { type Answered, call } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const KEY = 'sk_test_1';

let receiver: Receiver;
let stripe: StripeHandle;

beforeEach(async () => {
  receiver = await startReceiver();
  stripe = await startStripe({
    keys: [
      { value: KEY, rights: ['*'] },
      { value: 'rk_test_1', rights: ['invoices:read'] },
    ],
    retryWaitsMs: [1, 1],
  });
});

afterEach(async () => {
  await stripe.close();
  await receiver.close();
});

function get(path: string, key = KEY): Promise<Answered> {
  return call(stripe.origin, 'GET', path, { headers: { authorization: `Bearer ${key}` } });
}

function post(path: string, form: Record<string, string>, idempotencyKey: string): Promise<Answered> {
  return call(stripe.origin, 'POST', path, { headers: { authorization: `Bearer ${KEY}`, 'idempotency-key': idempotencyKey }, form });
}

describe('Stripe reads', () => {
  it("has invoices of the current version: no `paid`, a parent, and the customer's name and address", async () => {
    const { invoice } = stripe.failPayment({ amountDue: 4900, currency: 'usd', name: 'Lisa', email: 'lisa@example.com' });
    const read = await get(`/v1/invoices/${invoice.id}`);
    expect(read.at()).toMatchObject({
      object: 'invoice',
      amount_due: 4900,
      currency: 'usd',
      status: 'open',
      attempt_count: 1,
      customer_name: 'Lisa',
      customer_email: 'lisa@example.com',
      parent: { type: 'subscription_details' },
    });
    for (const gone of ['paid', 'charge', 'payment_intent', 'subscription']) expect(read.at()).not.toHaveProperty(gone);
    expect([read.headers.get('request-id'), read.headers.get('stripe-version')]).toEqual([
      expect.stringMatching(/^req_/),
      '2026-10-28.endive',
    ]);
  });

  it('expands the customer on request', async () => {
    const [invoice] = stripe.state.invoices.values();
    expect([
      (await get(`/v1/invoices/${invoice?.id}`)).at('customer'),
      (await get(`/v1/invoices/${invoice?.id}?expand[]=customer`)).at('customer.id'),
    ]).toEqual([invoice?.customerId, invoice?.customerId]);
  });

  it('begins with invoices in currencies of two, no and three decimals', () => {
    expect([...stripe.state.invoices.values()].map((one) => one.currency)).toEqual(['usd', 'jpy', 'kwd']);
  });

  it.each([
    ['no key', '/v1/invoices/in_1', '', 401],
    ['a key that lacks the right', '/v1/customers/cus_1', 'rk_test_1', 403],
    ['an unknown invoice', '/v1/invoices/in_1', KEY, 404],
    ['an unknown path', '/v1/nothing', KEY, 404],
  ])('refuses %s with {error}', async (_case, path, key, status) => {
    const answer = await get(path, key);
    expect([answer.status, answer.at('error.type')]).toEqual([status, 'invalid_request_error']);
  });

  it('names the code of what is missing', async () => {
    expect((await get('/v1/invoices/in_1')).at('error.code')).toBe('resource_missing');
  });

  it('pages a list by starting_after, newest first', async () => {
    const first = await get('/v1/customers?limit=2');
    const second = await get(`/v1/customers?limit=2&starting_after=${first.textAt('data.1.id')}`);
    expect([first.at('has_more'), second.at('has_more'), first.at('data.0.email'), second.at('data.0.email')]).toEqual([
      true,
      false,
      'noor@example.com',
      'lisa@example.com',
    ]);
  });

  it('lists the events whose delivery has failed', async () => {
    stripe.destinations.push({ url: receiver.url, secrets: ['whsec_1'], payload: 'snapshot' });
    receiver.answers.push(500, 500, 500);
    const lost = stripe.failPayment({});
    await lost.told;
    await stripe.failPayment({}).told;
    const failed = await get('/v1/events?type=invoice.payment_failed&delivery_success=false');
    expect([failed.at('data.0.id'), failed.at('data.1')]).toEqual([lost.event.id, undefined]);
  });
});

describe('Stripe idempotency', () => {
  it('answers a repeated key with the first answer and writes once', async () => {
    const first = await post('/v1/customers', { name: 'A' }, 'k1');
    const second = await post('/v1/customers', { name: 'A' }, 'k1');
    expect([second.raw, second.headers.get('idempotent-replayed'), stripe.state.customers.size]).toEqual([first.raw, 'true', 4]);
  });

  it('refuses other parameters under a used key', async () => {
    await post('/v1/customers', { name: 'A' }, 'k1');
    const second = await post('/v1/customers', { name: 'B' }, 'k1');
    expect([second.status, second.at('error.type')]).toEqual([400, 'idempotency_error']);
  });

  it('writes once although the first answer was lost', async () => {
    stripe.faults.add({ kind: 'reset-after-write' });
    await expect(post('/v1/customers', { name: 'A' }, 'k1')).rejects.toThrow();
    await post('/v1/customers', { name: 'A' }, 'k1');
    expect(stripe.state.customers.size).toBe(4);
  });
});

describe('Stripe webhooks', () => {
  it('signs with each active secret, anew at each attempt, until it is taken', async () => {
    stripe.destinations.push({ url: receiver.url, secrets: ['whsec_old', 'whsec_new'], payload: 'snapshot' });
    receiver.answers.push(503, 0);
    const { event } = stripe.failPayment({});
    await stripe.hooks.idle();
    expect(receiver.received.map((one) => one.at('id'))).toEqual([event.id, event.id, event.id]);
    for (const one of receiver.received) {
      const [t, old, fresh] = String(one.headers['stripe-signature'])
        .split(',')
        .map((part) => part.split('=')[1]);
      const signed = ['whsec_old', 'whsec_new'].map((secret) => createHmac('sha256', secret).update(`${t}.${one.raw}`).digest('hex'));
      expect([old, fresh]).toEqual(signed);
    }
  });

  it('carries the invoice in a snapshot event, and only its address in a thin one', async () => {
    stripe.destinations.push({ url: receiver.url, secrets: ['s'], payload: 'snapshot' });
    await stripe.failPayment({}).told;
    stripe.destinations.splice(0, 1, { url: receiver.url, secrets: ['s'], payload: 'thin' });
    const { invoice, told } = stripe.failPayment({});
    await told;
    expect(receiver.received[0]?.at()).toMatchObject({
      object: 'event',
      type: 'invoice.payment_failed',
      data: { object: { object: 'invoice' } },
    });
    expect(receiver.received[1]?.at()).toMatchObject({
      object: 'v2.core.event',
      type: 'v1.invoice.payment_failed',
      related_object: { id: invoice.id, type: 'invoice', url: `/v1/invoices/${invoice.id}` },
    });
    expect(receiver.received[1]?.at('data')).toBeUndefined();
  });
});
