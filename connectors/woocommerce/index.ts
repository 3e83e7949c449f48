import { woocommerceConfig } from './config.ts';
import { woocommerceFacts } from './receive/facts.ts';
import { woocommerceHandshake } from './receive/handshake.ts';
import { readWoocommerce } from './receive/read.ts';
import { woocommerceRefusal, woocommerceWarnings } from './refusals.ts';
import { beginVerifyWoocommerce, verifyWoocommerce } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { WoocommerceSettings } from './config.ts';

const OBJECT = { 'object.id': 'string' } as const;
const ORDER = {
  facts: { 'order.id': 'string' },
  maybe: { 'order.status': 'string', 'order.currency': 'string', 'customer.id': 'string', ...OBJECT },
} as const;
const FULL_ORDER = {
  facts: { 'order.id': 'string', 'order.status': 'string', 'order.currency': 'string' },
  maybe: { 'customer.id': 'string', ...OBJECT },
} as const;
const CUSTOMER = { facts: { 'customer.id': 'string' }, maybe: OBJECT } as const;
const OTHER = { facts: OBJECT } as const;

/** WooCommerce (woocommerce.com/document/webhooks). */
export const woocommerce: Connector<WoocommerceSettings> = {
  type: 'woocommerce',
  title: 'WooCommerce',
  docs: 'https://developer.woocommerce.com/docs/apis/rest-api',
  example:
    '{ type: woocommerce, baseUrl: https://shop.example.com, consumerKey: env:WOO_KEY, consumerSecret: env:WOO_SECRET, webhookSecret: env:WOO_WEBHOOK_SECRET }',
  config: woocommerceConfig,
  receives: {
    refusal: woocommerceRefusal,
    warnings: woocommerceWarnings,
    handshake: woocommerceHandshake,
    verify: verifyWoocommerce,
    beginVerify: beginVerifyWoocommerce,
    read: readWoocommerce,
    facts: woocommerceFacts,
    topics: {
      'order.created': FULL_ORDER,
      'order.updated': FULL_ORDER,
      'order.deleted': ORDER,
      'order.restored': ORDER,
      'customer.created': CUSTOMER,
      'customer.updated': CUSTOMER,
      'customer.deleted': CUSTOMER,
      'product.created': OTHER,
      'product.updated': OTHER,
      'product.deleted': OTHER,
      'product.restored': OTHER,
      'coupon.created': OTHER,
      'coupon.updated': OTHER,
      'coupon.deleted': OTHER,
      'coupon.restored': OTHER,
    },
    // Never sends again, and switches the webhook off after repeated failures (class-wc-webhook.php, failed_delivery).
    // Sends the whole record as its REST API shows it, with descriptions and the metadata of every plugin (build_payload): no limit.
    sender: () => ({ retries: false, unavailable: 503, largestBody: 8_000_000 }),
  },
};
