import { z } from 'zod';
import { manySecrets, oneSecret, origin, toleranceSeconds } from '../settings.ts';

/** A connection to any system that signs its webhooks by Standard Webhooks (standardwebhooks.com), Svix included. */
export const customConfig = z.strictObject({
  type: z.literal('custom').describe('Any system that signs by Standard Webhooks.'),
  baseUrl: origin().optional().describe('Origin of the system, where it has one.'),
  secret: oneSecret(
    'Secret of the endpoint: whsec_… or bare base64 (24 to 64 bytes; 16 to 23 are taken with a warning), or an ed25519 public key whpk_….',
  ),
  secrets: manySecrets('Several such secrets, all of them valid: while one replaces another.'),
  toleranceSeconds,
});

export type CustomSettings = z.infer<typeof customConfig>;
