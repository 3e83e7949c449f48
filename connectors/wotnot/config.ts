import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { idSetting, oneSecret, origin } from '../settings.ts';

/** A connection to WotNot. */
export const wotnotConfig = z.strictObject({
  type: z.literal('wotnot').describe('WotNot.'),
  baseUrl: origin().default('https://api.wotnot.io').describe('Origin of the API.'),
  token: secret.describe('Account token for the API.'),
  account: idSetting.describe('Number of the account.'),
  webhookToken: oneSecret(
    'Token of the webhook for events: the one set in WotNot, long and random, and the end of its address (/webhooks/<connection>/<webhookToken>): WotNot signs nothing.',
  ),
});

export type WotnotSettings = z.infer<typeof wotnotConfig>;
