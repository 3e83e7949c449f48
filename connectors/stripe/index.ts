import { stripeConfig } from './config.ts';
import { stripeFacts } from './receive/facts.ts';
import { readStripe } from './receive/read.ts';
import { stripeReady, stripeWarnings } from './refusals.ts';
import { STRIPE_TOPICS } from './receive/topics.ts';
import { beginVerifyStripe, stripeSentAt, verifyStripe } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { StripeSettings } from './config.ts';

/** Stripe (docs.stripe.com/webhooks), snapshot and thin events. */
export const stripeConnector: Connector<'stripe', StripeSettings> = {
  type: 'stripe',
  title: 'Stripe',
  config: stripeConfig,
  inbound: {
    ready: stripeReady,
    warnings: stripeWarnings,
    verify: verifyStripe,
    beginVerify: beginVerifyStripe,
    read: readStripe,
    sentAt: stripeSentAt,
    facts: stripeFacts,
    topics: STRIPE_TOPICS,
    // Live mode: up to three days with growing gaps (docs.stripe.com/webhooks, Automatic retries).
    sender: () => ({ retries: true, unavailable: 503 }),
  },
};
