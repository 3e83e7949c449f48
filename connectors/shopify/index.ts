import { shopifyConfig } from './config.ts';
import { shopifyFacts } from './receive/facts.ts';
import { readShopify } from './receive/read.ts';
import { shopifyRefusal, shopifyWarnings } from './refusals.ts';
import { beginVerifyShopify, verifyShopify } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { ShopifySettings } from './config.ts';

const ORDER = {
  facts: { 'order.id': 'string' },
  maybe: {
    'order.financialStatus': 'string',
    'order.fulfillmentStatus': 'string',
    'order.currency': 'string',
    'customer.id': 'string',
    'object.id': 'string',
  },
} as const;
const CUSTOMER = { facts: { 'customer.id': 'string' }, maybe: { 'object.id': 'string' } } as const;
const PLAIN = { facts: {}, maybe: { 'order.id': 'string', 'customer.id': 'string', 'object.id': 'string' } } as const;

/** Shopify (shopify.dev/docs/api/webhooks), both families of headers. */
export const shopify: Connector<ShopifySettings> = {
  type: 'shopify',
  title: 'Shopify',
  docs: 'https://shopify.dev/docs/api/admin',
  example: '{ type: shopify, shop: example.myshopify.com, clientId: env:SHOPIFY_CLIENT_ID, clientSecret: env:SHOPIFY_CLIENT_SECRET }',
  config: shopifyConfig,
  receives: {
    refusal: shopifyRefusal,
    warnings: shopifyWarnings,
    verify: verifyShopify,
    beginVerify: beginVerifyShopify,
    read: readShopify,
    facts: shopifyFacts,
    topics: {
      'orders/create': ORDER,
      'orders/updated': ORDER,
      'orders/paid': ORDER,
      'orders/cancelled': ORDER,
      'orders/fulfilled': ORDER,
      'orders/partially_fulfilled': ORDER,
      'orders/edited': PLAIN,
      'orders/delete': ORDER,
      'refunds/create': ORDER,
      'fulfillments/create': ORDER,
      'fulfillments/update': ORDER,
      'returns/request': PLAIN,
      'returns/approve': PLAIN,
      'returns/close': PLAIN,
      'disputes/create': PLAIN,
      'disputes/update': PLAIN,
      'customers/create': CUSTOMER,
      'customers/update': CUSTOMER,
      'customers/delete': CUSTOMER,
      'customers/merge': PLAIN,
      'customers/data_request': PLAIN,
      // May hold only an e-mail address (shopify.dev/docs/apps/build/compliance/privacy-law-compliance).
      'customers/redact': PLAIN,
      'shop/redact': PLAIN,
      'shop/update': PLAIN,
      'app/uninstalled': PLAIN,
      'app/scopes_update': PLAIN,
    },
    // Eight more attempts in four hours (shopify.dev/changelog/updates-to-webhook-retry-mechanism).
    // Orders with many lines and products with many variants pass 1 MB (shopify.dev/changelog, Amazon EventBridge webhook payload size
    // limit); what is refused for its size is refused each time.
    sender: () => ({ retries: true, unavailable: 503, largestBody: 8_000_000 }),
  },
};
