import { explainStripe, modeOf, stripeHeaders } from './call/access.ts';
import { createStripeClient } from './ports/billing.ts';
import { stripeConfig } from './config.ts';
import { stripeFacts } from './receive/facts.ts';
import { readStripe } from './receive/read.ts';
import { stripeRefusal, stripeWarnings } from './refusals.ts';
import { STRIPE_TOPICS } from './receive/topics.ts';
import { beginVerifyStripe, stripeSentAt, verifyStripe } from './receive/verify.ts';
import type { BillingClient } from '../ports/billing.ts';
import type { At, Connector } from '../connector.ts';
import type { StripeSettings } from './config.ts';

/** Stripe (docs.stripe.com/webhooks), snapshot and thin events. */
export const stripe: Connector<StripeSettings> = {
  type: 'stripe',
  title: 'Stripe',
  docs: 'https://docs.stripe.com/api',
  example: '{ type: stripe, key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_WEBHOOK_SECRET] }',
  config: stripeConfig,
  receives: {
    refusal: stripeRefusal,
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
  calls: {
    origin: ({ baseUrl }) => baseUrl,
    headers: ({ key }) => stripeHeaders(key),
    explain: explainStripe,
    requestIdHeader: 'request-id',
    probe: (at) => openBilling(at).probe(),
    ports: { billing: { open: openBilling } },
  },
};

function openBilling({ settings, ...at }: At<StripeSettings>): BillingClient {
  return createStripeClient({ ...at, mode: modeOf(settings.key) });
}
