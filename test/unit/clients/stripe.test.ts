import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { explainStripe, modeOf, stripeHeaders } from '../../../connectors/stripe/call/access.ts';
import { createStripeClient } from '../../../connectors/stripe/ports/billing.ts';
import { serve } from '../../helpers/http-server.ts';
import type { BillingClient } from '../../../connectors/ports/billing.ts';
import type { Reply, TestServer } from '../../helpers/http-server.ts';

const INVOICE = {
  id: 'in_1',
  object: 'invoice',
  number: 'A-1',
  status: 'open',
  amount_due: 4900,
  currency: 'eur',
  attempt_count: 2,
  next_payment_attempt: 1_700_000_000,
  hosted_invoice_url: 'https://pay.example/i',
  livemode: false,
  customer: { id: 'cus_1', object: 'customer', name: 'Lisa', email: 'lisa@example.com', phone: null },
  customer_name: 'Old name',
  customer_email: 'old@example.com',
  customer_phone: '+491701234567',
  lines: { data: [] },
};

const HERE = { id: 'in_1', account: null, context: null, livemode: null };

describe('Stripe', () => {
  it('reads an invoice with its customer as of today, in a pinned API version', async () => {
    const { client, server } = await open({ json: INVOICE });
    expect(await client.readInvoice(HERE)).toEqual({
      id: 'in_1',
      number: 'A-1',
      status: 'open',
      customerId: 'cus_1',
      customerName: 'Lisa',
      customerEmail: 'lisa@example.com',
      customerPhone: '+491701234567',
      due: { amount: '49.00', currency: 'EUR' },
      attemptCount: 2,
      nextAttemptAt: '2023-11-14T22:13:20.000Z',
      url: 'https://pay.example/i',
      dashboardUrl: 'https://dashboard.stripe.com/test/invoices/in_1',
    });
    expect(server.taken[0]).toMatchObject({
      path: '/v1/invoices/in_1',
      headers: { authorization: 'Bearer sk_test', 'stripe-version': '2026-10-28.endive' },
    });
    expect(server.taken[0]?.query.getAll('expand[]')).toEqual(['customer']);
  });

  it.each([
    [50_000, 'isk', { amount: '500', currency: 'ISK' }],
    [500_000, 'ugx', { amount: '5000', currency: 'UGX' }],
    [5_000, 'mga', { amount: '5000', currency: 'MGA' }],
    [15_250, 'kwd', { amount: '15.250', currency: 'KWD' }],
  ])("reads %d %s in Stripe's units, not in those of ISO 4217", async (amount_due, currency, due) => {
    const { client } = await open({ json: { ...INVOICE, amount_due, currency } });
    expect(await client.readInvoice(HERE)).toMatchObject({ due });
  });

  it('takes what the invoice froze where the customer is gone', async () => {
    const { client } = await open({
      json: { ...INVOICE, customer: { id: 'cus_1', deleted: true }, next_payment_attempt: null, livemode: true },
    });
    expect(await client.readInvoice(HERE)).toMatchObject({
      customerName: 'Old name',
      customerEmail: 'old@example.com',
      nextAttemptAt: null,
      dashboardUrl: 'https://dashboard.stripe.com/invoices/in_1',
    });
  });

  // stripe-node 23.1.0, Invoices.ts: `customer: string | Customer | DeletedCustomer | null`, `customer_account: string | null`.
  it.each([
    [{ customer: null, customer_account: 'acct_1' }, 'acct_1'],
    [{ customer: null, customer_account: null }, null],
    [{ customer: undefined }, null],
  ])('takes an invoice whose customer is %j', async (fields, customerId) => {
    const { client } = await open({ json: { ...INVOICE, ...fields } });
    expect(await client.readInvoice(HERE)).toMatchObject({ customerId, customerName: 'Old name', customerEmail: 'old@example.com' });
  });

  it('takes an invoice of which Stripe knows no more than its types promise', async () => {
    const { id, object, amount_due, currency, attempt_count, livemode } = INVOICE;
    const nothing = {
      number: null,
      status: null,
      customer: null,
      customer_account: null,
      customer_email: null,
      customer_name: null,
      customer_phone: null,
      next_payment_attempt: null,
    };
    const { client } = await open({ json: { id, object, amount_due, currency, attempt_count, livemode, ...nothing } });
    expect(await client.readInvoice(HERE)).toMatchObject({ id: 'in_1', number: null, customerId: null, customerEmail: null, url: null });
  });

  it('takes a customer that is not expanded', async () => {
    const { client } = await open({ json: { ...INVOICE, customer: 'cus_1' } });
    expect(await client.readInvoice(HERE)).toMatchObject({ customerId: 'cus_1', customerName: 'Old name' });
  });

  it('gives null for an invoice that is not there, and only then', async () => {
    const { client } = await open({
      status: 404,
      json: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such invoice' } },
    });
    expect(await client.readInvoice({ ...HERE, id: 'in_2' })).toBeNull();
    const wrong = await open({ status: 404, json: { error: { type: 'invalid_request_error', message: 'Unrecognized request URL' } } });
    await expect(wrong.client.readInvoice({ ...HERE, id: 'in_2' })).rejects.toMatchObject({ data: { code: 'unsupported' } });
  });

  it('asks for what belongs to a connected account in its name', async () => {
    const { client, server } = await open({ json: INVOICE });
    expect(await client.readInvoice({ ...HERE, account: 'acct_1' })).toMatchObject({
      dashboardUrl: 'https://dashboard.stripe.com/acct_1/test/invoices/in_1',
    });
    await client.readInvoice({ ...HERE, context: 'org_1/acct_1' });
    await client.readInvoice(HERE);
    expect(server.taken.map(({ headers }) => [headers['stripe-account'], headers['stripe-context']])).toEqual([
      ['acct_1', undefined],
      [undefined, 'org_1/acct_1'],
      [undefined, undefined],
    ]);
  });

  it.each([
    ['sk_test_1', true, 'test', 'live'],
    ['rk_live_1', false, 'live', 'test'],
    ['sk_org_live_1', false, 'live', 'test'],
  ])('names the modes where the key %s is asked for a record of another, and asks nothing', async (key, livemode, ours, theirs) => {
    const { client, server } = await open({ json: INVOICE }, key);
    await expect(client.readInvoice({ ...HERE, livemode })).rejects.toMatchObject({
      data: { code: 'wrong_mode', retry: { kind: 'never' }, hint: expect.stringMatching(`${theirs} mode.*${ours} mode`) },
    });
    expect(server.taken).toEqual([]);
  });

  it.each([
    ['sk_test_1', false],
    ['rk_live_1', true],
    ['sk_test_1', null],
    ['other', true],
  ])('reads with the key %s what is of its mode, or of none that is known (live: %s)', async (key, livemode) => {
    const { client } = await open({ json: INVOICE }, key);
    expect(await client.readInvoice({ ...HERE, livemode })).toMatchObject({ id: 'in_1' });
  });

  it('takes "not found" for another mode where Stripe says so, never for deleted', async () => {
    const message = "No such invoice: 'in_1'; a similar object exists in live mode, but a test mode key was used to make this request.";
    const { client } = await open({ status: 404, json: { error: { type: 'invalid_request_error', code: 'resource_missing', message } } });
    const error = await client.readInvoice(HERE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ data: { code: 'wrong_mode', retry: { kind: 'never' } } });
    expect(String(error)).not.toContain('similar');
  });

  it.each([401, 403])('an account that took its access back (%i) is a matter of that account, not of the key', async (status) => {
    const { client } = await open({ status, json: { error: { type: 'invalid_request_error', code: 'account_invalid' } } });
    await expect(client.readInvoice({ ...HERE, account: 'acct_1' })).rejects.toMatchObject({
      data: { code: 'no_account_access', retry: { kind: 'never' }, hint: expect.stringContaining('connected account') },
    });
  });

  it.each<[Reply, string, unknown]>([
    [{ status: 401, json: { error: { type: 'invalid_request_error' } } }, 'unauthorized', { kind: 'reauth' }],
    [{ status: 403, json: { error: { type: 'invalid_request_error' } } }, 'forbidden', { kind: 'never' }],
    [{ status: 409, json: { error: { type: 'idempotency_error' } } }, 'conflict', { kind: 'backoff' }],
    [{ status: 429, json: { error: { code: 'rate_limit' } } }, 'throttled', { kind: 'backoff' }],
    [
      { status: 429, json: { error: { code: 'lock_timeout' } }, headers: { 'stripe-should-retry': 'true' } },
      'throttled',
      { kind: 'backoff' },
    ],
    [{ status: 500, json: {}, headers: { 'stripe-should-retry': 'false' } }, 'unavailable', { kind: 'never' }],
    [{ status: 400, json: {}, headers: { 'stripe-should-retry': 'true' } }, 'invalid', { kind: 'backoff' }],
    [{ status: 503, text: '<html>', headers: { 'content-type': 'text/html' } }, 'unavailable', { kind: 'backoff' }],
  ])('says %j is %s', async (reply, code, retry) => {
    const { client } = await open(reply);
    await expect(client.probe()).rejects.toMatchObject({ data: { code, retry } });
  });

  it("names Stripe's code and request, and nothing of its text", async () => {
    const { client } = await open({
      status: 400,
      json: { error: { code: 'parameter_invalid', message: 'lisa@example.com is wrong' } },
      headers: { 'request-id': 'req_9' },
    });
    const error = await client.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ data: { requestId: 'req_9', hint: expect.stringContaining('parameter_invalid') } });
    expect(String(error)).not.toContain('lisa');
  });
});

async function open(reply: Reply, key = 'sk_test'): Promise<{ client: BillingClient; server: TestServer }> {
  const server = await serve(() => reply);
  const secret = new Secret(key);
  const http = createHttpClient({
    connection: 'billing',
    baseUrl: server.url,
    headers: () => stripeHeaders(secret),
    explain: explainStripe,
    requestIdHeader: 'request-id',
  });
  return { server, client: createStripeClient({ http, connection: 'billing', mode: modeOf(secret) }) };
}
