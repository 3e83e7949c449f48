import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { idSetting, manySecrets, oneSecret, origin } from '../settings.ts';

/** A connection to Deskwoot. */
export const deskwootConfig = z.strictObject({
  type: z.literal('deskwoot').describe('Deskwoot.'),
  baseUrl: origin().default('https://deskwoot.com').describe('Origin of Deskwoot, without the path /api/v1.'),
  account: idSetting.describe('Id of the account, as in the paths of its API.'),
  token: secret.describe('API token (dw_…) with the scopes conversations and contacts, best of a user of its own.'),
  webhookSecret: oneSecret('Signing secret of the webhook (whsec_…); Deskwoot shows it once, when the webhook is created.'),
  webhookSecrets: manySecrets('Several signing secrets, all of them valid: for several webhooks, or while one replaces another.'),
});

export type DeskwootSettings = z.infer<typeof deskwootConfig>;
