import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { manySecrets, oneSecret, origin, toleranceSeconds } from '../settings.ts';

/** A connection to Stripe. */
export const stripeConfig = z.strictObject({
  type: z.literal('stripe').describe('Stripe.'),
  baseUrl: origin().default('https://api.stripe.com').describe('Origin of the API.'),
  key: secret.describe('Secret or restricted key (sk_… or rk_…) that may read invoices and customers.'),
  webhookSecret: oneSecret('Signing secret of the webhook endpoint (whsec_…).'),
  webhookSecrets: manySecrets('Several signing secrets, all of them valid: test and live mode, several endpoints, or a rotation.'),
  toleranceSeconds,
});

export type StripeSettings = z.infer<typeof stripeConfig>;
