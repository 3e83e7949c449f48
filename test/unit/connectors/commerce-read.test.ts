import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest, withHeaders } from '../../fixtures/raw-request.ts';
import { signShopify, signWoocommerce } from '../../fixtures/signers.ts';
import type { InboundEvent, RawRequest, Reading } from '../../../connectors/connector.ts';

const shopify = openInbound('shopify', {
  type: 'shopify',
  shop: 'acme.myshopify.com',
  clientId: 'c',
  clientSecret: new Secret('new'),
  webhookSecrets: [new Secret('old')],
});
const woo = openInbound('woocommerce', {
  type: 'woocommerce',
  baseUrl: 'https://shop.example',
  consumerKey: new Secret('k'),
  consumerSecret: new Secret('s'),
  webhookSecret: new Secret('<b>&'),
});

function eventOf(reading: Reading): InboundEvent {
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(reading.kind);
  return reading.events[0];
}

function delivery(topic: string, body: string): RawRequest {
  return rawRequest(signShopify('new', body, topic), body);
}

function wooDelivery(topic: string, body: object): RawRequest {
  const text = JSON.stringify(body);
  return rawRequest(signWoocommerce('<b>&', text, topic), text);
}

describe('Shopify deliveries', () => {
  it.each([
    ['orders/create', '{"id":820982911946154508,"financial_status":"paid"}', 'order:gid://shopify/Order/820982911946154508'],
    [
      'orders/updated',
      '{"id":1,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}',
      'order:gid://shopify/Order/820982911946154508',
    ],
    ['customers/update', '{"id":706405506930370084}', 'customer:gid://shopify/Customer/706405506930370084'],
    [
      'customers/redact',
      '{"shop_id":1,"shop_domain":"acme.myshopify.com","customer":{"id":191167,"email":"john@example.com"}}',
      'customer:gid://shopify/Customer/191167',
    ],
    ['customers/redact', '{"shop_id":1,"customer":{"email":"john@example.com"}}', null],
    ['shop/redact', '{"shop_id":1}', 'shop:acme.myshopify.com'],
    ['app/uninstalled', '{"id":5}', 'shop:acme.myshopify.com'],
    ['checkouts/create', '{"id":981820079255243537}', null],
  ])('orders %s %s by its record, with every digit', (topic, body, record) => {
    expect(eventOf(shopify.read(delivery(topic, body)))).toMatchObject({ topic, record });
  });

  it('gives facts with global ids and without addresses', () => {
    const body =
      '{"id":820982911946154508,"email":"jane@example.com","financial_status":"paid","fulfillment_status":null,"currency":"EUR","customer":{"id":115310627314723954,"email":"j@example.com"}}';
    expect(eventOf(shopify.read(delivery('orders/paid', body))).facts).toEqual({
      'order.id': 'gid://shopify/Order/820982911946154508',
      'order.financialStatus': 'paid',
      'order.fulfillmentStatus': null,
      'order.currency': 'EUR',
      'customer.id': 'gid://shopify/Customer/115310627314723954',
      'object.id': 'gid://shopify/Order/820982911946154508',
    });
    expect(eventOf(shopify.read(delivery('refunds/create', '{"id":2,"order_id":7}'))).facts['order.id']).toBe('gid://shopify/Order/7');
  });

  it('takes another body under the same, unsigned id for another event', () => {
    expect(eventOf(shopify.read(delivery('orders/create', '{"id":1}'))).dedupeKey).not.toBe(
      eventOf(shopify.read(delivery('orders/create', '{"id":2}'))).dedupeKey,
    );
  });

  it('accepts the old secret for a while, and says which one matched', () => {
    expect(shopify.verify(rawRequest(signShopify('old', '{}'), '{}'), 0)).toEqual({ ok: true, secretIndex: 1 });
  });

  it.each(['topic', 'shop-domain', 'api-version', 'webhook-id'])('cannot use an authentic delivery without its %s', (name) => {
    const without = withHeaders(delivery('orders/create', '{"id":1}'), { [`x-shopify-${name}`]: null });
    expect(shopify.verify(without, 0).ok).toBe(true);
    expect(shopify.read(without)).toEqual({ kind: 'unusable', problem: `header x-shopify-${name} is missing`, status: 400, park: false });
  });

  it("refuses another shop's event as foreign, by header or by body", () => {
    expect(shopify.read(withHeaders(delivery('orders/create', '{"id":1}'), { 'x-shopify-shop-domain': 'evil.myshopify.com' })).kind).toBe(
      'foreign',
    );
    expect(shopify.read(delivery('customers/redact', '{"shop_domain":"evil.myshopify.com"}')).kind).toBe('foreign');
    expect(shopify.read(withHeaders(delivery('orders/create', '{"id":1}'), { 'x-shopify-shop-domain': 'ACME.myshopify.com' })).kind).toBe(
      'events',
    );
  });

  it('never falls back to the classic signature where any header of the Events family is there', () => {
    const classic = delivery('orders/create', '{"id":1}');
    expect(shopify.verify(withHeaders(classic, { 'shopify-topic': 'Order' }), 0)).toEqual({ ok: false, reason: 'header_missing' });
    expect(shopify.verify(withHeaders(classic, { 'shopify-hmac-sha256': '' }), 0)).toEqual({ ok: false, reason: 'header_missing' });
  });

  it.each([
    ['Order', 'create', 'orders/create'],
    ['Order', 'update', 'orders/updated'],
    ['Product', 'update', 'products/update'],
    ['DraftOrder', 'delete', 'draft_orders/delete'],
    ['Odd/Topic', 'x y', 'unknown'],
  ])('spells the Events topic %s and action %s as %s', (topic, action, expected) => {
    const events = rawRequest(
      {
        'content-type': 'application/json',
        'shopify-topic': topic,
        'shopify-action': action,
        'shopify-shop-domain': 'acme.myshopify.com',
        'shopify-api-version': '2026-07',
        'shopify-webhook-id': 'w',
        'shopify-event-id': 'e',
      },
      '{"id":1}',
    );
    expect(eventOf(shopify.read(events)).topic).toBe(expected);
  });
});

describe('WooCommerce deliveries', () => {
  it.each([
    ['webhook_id=27', 'application/x-www-form-urlencoded', true],
    ['webhook_id=27', 'Application/X-WWW-Form-Urlencoded; charset=UTF-8', true],
    ['webhook_id=', 'application/x-www-form-urlencoded', false],
    ['webhook_id=27&a=1', 'application/x-www-form-urlencoded', false],
    ['webhook_id=27\n', 'application/x-www-form-urlencoded', false],
    ['webhook_id=abc', 'application/x-www-form-urlencoded', false],
    ['webhook_id=27', 'application/json', false],
  ])('treats the unsigned body %j (%s) as the ping: %s', (body, type, expected) => {
    expect(woo.handshake(rawRequest({ 'content-type': type }, body)) !== null).toBe(expected);
  });

  it('tells two orders of one second apart, which share a delivery id', () => {
    const [first, second] = [727, 728].map((id) => eventOf(woo.read(wooDelivery('order.created', { id, status: 'processing' }))));
    expect(first?.dedupeKey).not.toBe(second?.dedupeKey);
  });

  it('takes equal bodies of one topic for one event, and of two topics for two', () => {
    const key = (topic: string): string => eventOf(woo.read(wooDelivery(topic, { id: 1, status: 'processing' }))).dedupeKey;
    expect(key('order.updated')).toBe(key('order.updated'));
    expect(key('order.updated')).not.toBe(key('order.created'));
  });

  it.each(['order.deleted', 'order.restored', 'product.deleted', 'action.woocommerce_cart_emptied', 'subscription.switched'])(
    'takes %s for an event, which may happen again: another delivery with an equal body is another one, a copy is not',
    (topic) => {
      const key = (delivery: string): string =>
        eventOf(woo.read(withHeaders(wooDelivery(topic, { id: 42 }), { 'x-wc-webhook-delivery-id': delivery }))).dedupeKey;
      expect(key('first')).not.toBe(key('second'));
      expect(key('first')).toBe(key('first'));
    },
  );

  it('takes an update for a state: equal bodies are one, whatever their delivery', () => {
    const key = (delivery: string): string =>
      eventOf(woo.read(withHeaders(wooDelivery('order.updated', { id: 42 }), { 'x-wc-webhook-delivery-id': delivery }))).dedupeKey;
    expect(key('first')).toBe(key('second'));
  });

  it('gives facts by resource; a guest is no customer', () => {
    expect(
      eventOf(
        woo.read(
          wooDelivery('order.updated', { id: 7, status: 'on-hold', currency: 'EUR', customer_id: 0, billing: { email: 'x@example.com' } }),
        ),
      ).facts,
    ).toEqual({
      'object.id': '7',
      'order.id': '7',
      'order.status': 'on-hold',
      'order.currency': 'EUR',
    });
    expect(eventOf(woo.read(wooDelivery('customer.deleted', { id: 9 })))).toMatchObject({
      record: 'customer:9',
      facts: { 'customer.id': '9' },
    });
  });

  it('parks an authentic delivery without a topic, for it is never sent again', () => {
    expect(woo.read(withHeaders(wooDelivery('order.updated', { id: 7 }), { 'x-wc-webhook-topic': null }))).toMatchObject({
      kind: 'unusable',
      status: 400,
      park: true,
    });
  });

  it('keys the signature with the text the administrator typed, not with HTML entities', () => {
    expect(woo.verify(wooDelivery('order.updated', { id: 7 }), 0).ok).toBe(true);
    expect(woo.verify(rawRequest(signWoocommerce('&lt;b&gt;&amp;', '{}'), '{}'), 0).ok).toBe(false);
  });
});
