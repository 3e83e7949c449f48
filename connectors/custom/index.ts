import { customConfig } from './config.ts';
import { customFacts } from './receive/facts.ts';
import { readCustom } from './receive/read.ts';
import { customRefusal, customWarnings } from './refusals.ts';
import { customSentAt, verifyCustom } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { CustomSettings } from './config.ts';

/** Any sender that signs by Standard Webhooks (standardwebhooks.com). Its topics are its own: the field `type` of the body. */
export const custom: Connector<CustomSettings> = {
  type: 'custom',
  title: 'Standard Webhooks',
  docs: 'https://www.standardwebhooks.com',
  example: '{ type: custom, secret: env:CHANNEL_SECRET }',
  config: customConfig,
  receives: {
    refusal: customRefusal,
    warnings: customWarnings,
    verify: verifyCustom,
    read: readCustom,
    sentAt: customSentAt,
    facts: customFacts,
    topics: { unknown: { facts: {}, maybe: { 'object.id': 'string' } } },
    // The specification asks senders to try again for days (Standard Webhooks 1.0.0, Deliverability).
    sender: () => ({ retries: true, unavailable: 503 }),
  },
};
