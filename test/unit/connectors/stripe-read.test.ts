import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest, withHeaders } from '../../fixtures/raw-request.ts';
import { signStripe } from '../../fixtures/signers.ts';
import type { InboundEvent } from '../../../connectors/connector.ts';

const NOW = 1_700_000_000;
const INVOICE = {
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  customer_email: 'jane@example.com',
  amount_due: 4200,
  currency: 'eur',
  attempt_count: 2,
};
const SNAPSHOT = { id: 'evt_1', object: 'event', type: 'invoice.payment_failed', livemode: true, data: { object: INVOICE } };
const THIN = {
  id: 'evt_thin',
  object: 'v2.core.event',
  type: 'v1.invoice.payment_failed',
  livemode: true,
  related_object: { id: 'in_1', type: 'invoice', url: '/v1/invoices/in_1' },
};
const inbound = openInbound('stripe', { type: 'stripe', key: new Secret('k'), webhookSecret: new Secret('whsec_s') });

function event(body: object): InboundEvent {
  const text = JSON.stringify(body);
  const reading = inbound.read(rawRequest(signStripe('whsec_s', text, NOW), text));
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(reading.kind);
  return reading.events[0];
}

describe('Stripe events', () => {
  it("gives an invoice's facts from a snapshot, without the customer's address", () => {
    expect(event(SNAPSHOT)).toMatchObject({ topic: 'invoice.payment_failed', record: 'invoice:in_1' });
    expect(event(SNAPSHOT).facts).toEqual({
      livemode: true,
      'object.id': 'in_1',
      'object.type': 'invoice',
      'customer.id': 'cus_1',
      'invoice.id': 'in_1',
      'invoice.customer': 'cus_1',
      'invoice.amountDue': '42.00',
      'invoice.currency': 'EUR',
      'invoice.attemptCount': 2,
    });
  });

  it('gives a thin event the same topic and record, with what it tells', () => {
    expect(event(THIN)).toMatchObject({ topic: 'invoice.payment_failed', record: 'invoice:in_1' });
    expect(event(THIN).facts).toEqual({ livemode: true, 'object.id': 'in_1', 'object.type': 'invoice', 'invoice.id': 'in_1' });
  });

  it('takes both forms of one change for one event where the thin one names the other', () => {
    expect(event({ ...THIN, snapshot_event: 'evt_1' }).dedupeKey).toBe(event(SNAPSHOT).dedupeKey);
    expect(event(THIN).dedupeKey).not.toBe(event(SNAPSHOT).dedupeKey);
  });

  it('reads an expanded customer as its id', () => {
    expect(
      event({ ...SNAPSHOT, data: { object: { ...INVOICE, customer: { id: 'cus_9', email: 'x@example.com' } } } }).facts['invoice.customer'],
    ).toBe('cus_9');
  });

  it('says whose record it is: of a connected account, or of the account that the context names', () => {
    expect(event({ ...SNAPSHOT, account: 'acct_1', context: 'acct_1' }).facts).toMatchObject({ account: 'acct_1' });
    expect(event({ ...SNAPSHOT, account: 'acct_1', context: 'acct_1' }).facts).not.toHaveProperty('context');
    expect(event({ ...THIN, context: 'org_1/acct_1' }).facts).toMatchObject({ context: 'org_1/acct_1' });
    expect(event({ ...THIN, context: null }).facts).not.toHaveProperty('context');
  });

  // docs.stripe.com/api/events/object: `request`, a text in versions before 2017-05-25; thin events name it in `reason`.
  it.each([
    [{ ...SNAPSHOT, request: { id: 'req_1', idempotency_key: null } }, 'req_1'],
    [{ ...SNAPSHOT, request: 'req_1' }, 'req_1'],
    [{ ...SNAPSHOT, request: { id: null, idempotency_key: null } }, undefined],
    [{ ...SNAPSHOT, request: null }, undefined],
    [{ ...THIN, reason: { type: 'request', request: { id: 'req_1', idempotency_key: 'k' } } }, 'req_1'],
    [{ ...THIN, reason: null }, undefined],
  ])('says by which request it was caused: %j', (body, id) => {
    expect(event(body).facts['request.id']).toBe(id);
  });

  it.each([
    [{ charge: 'ch_1' }, 'ch_1', undefined],
    [{ charge: { id: 'ch_1' }, payment_intent: 'pi_1' }, 'ch_1', 'pi_1'],
    [{ charge: null, payment_intent: { id: 'pi_1', latest_charge: 'ch_2' } }, 'ch_2', 'pi_1'],
    [{}, undefined, undefined],
  ])('says by which charge and payment an attempt was made, where its version of the invoice does: %j', (fields, charge, payment) => {
    const { facts } = event({ ...SNAPSHOT, data: { object: { ...INVOICE, ...fields } } });
    expect([facts['invoice.charge'], facts['invoice.payment']]).toEqual([charge, payment]);
  });

  it('orders by the account that stands for a customer, where an invoice has no customer', () => {
    const object = { ...INVOICE, customer: null, customer_account: 'acct_1' };
    expect(event({ ...SNAPSHOT, data: { object } }).facts).toMatchObject({ 'customer.id': 'acct_1', 'invoice.customer': 'acct_1' });
  });

  it('keeps v2 types as they came', () => {
    expect(event({ ...THIN, type: 'v2.core.account.updated' }).topic).toBe('v2.core.account.updated');
  });
});

describe('Stripe signatures', () => {
  const text = JSON.stringify(SNAPSHOT);
  const signed = rawRequest(signStripe('whsec_s', text, NOW), text);
  const v1 = /v1=([0-9a-f]{64})/.exec(signed.headers.get('stripe-signature')?.[0] ?? '')?.[1] ?? '';

  it.each([
    [`v1=${v1},t=${NOW}`, 'ok'],
    [`t=${NOW},v1=zz,v1=${v1}`, 'ok'],
    [`t=${NOW},v0=${v1}`, 'version_unknown'],
    [`t=${NOW}`, 'header_malformed'],
    [`v1=${v1}`, 'header_malformed'],
    [`t=${NOW},t=${NOW},v1=${v1}`, 'header_malformed'],
    [`t=${NOW},v1=${v1.toUpperCase()}`, 'header_malformed'],
    [`t=+${NOW},v1=${v1}`, 'timestamp_malformed'],
    [`t=${NOW}.0,v1=${v1}`, 'timestamp_malformed'],
    [`t=1e9,v1=${v1}`, 'timestamp_malformed'],
    [`t=NaN,v1=${v1}`, 'timestamp_malformed'],
    [`t=${NOW}000,v1=${v1}`, 'timestamp_malformed'],
    [`t=${NOW + 1},v1=${v1}`, 'signature_mismatch'],
    [`t=${NOW},v1=${v1}${',v1=00'.repeat(20)}`, 'too_many_signatures'],
  ])('judges %.60s as %s', (header, verdict) => {
    const result = inbound.verify(withHeaders(signed, { 'stripe-signature': header }), NOW * 1000);
    expect(result.ok ? 'ok' : result.reason).toBe(verdict);
  });

  it('judges the clock only where the signature is good, so that forged times move no metric', () => {
    const late = (NOW + 999) * 1000;
    expect(inbound.verify(signed, late)).toEqual({ ok: false, reason: 'timestamp_stale' });
    expect(inbound.verify(withHeaders(signed, { 'stripe-signature': `t=${NOW},v1=${'0'.repeat(64)}` }), late)).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
  });

  it('takes the tolerance of the connection', () => {
    const wide = openInbound('stripe', {
      type: 'stripe',
      key: new Secret('k'),
      webhookSecret: new Secret('whsec_s'),
      toleranceSeconds: 600,
    });
    expect([wide.verify(signed, (NOW + 600) * 1000).ok, wide.verify(signed, (NOW + 601) * 1000).ok]).toEqual([true, false]);
  });
});
