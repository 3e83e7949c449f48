import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { idSetting, manySecrets, oneSecret, origin, toleranceSeconds } from '../settings.ts';

/** A connection to Chatwoot. */
export const chatwootConfig = z.strictObject({
  type: z.literal('chatwoot').describe('Chatwoot, in the cloud or self-hosted.'),
  baseUrl: origin().describe('Origin of the installation, such as https://app.chatwoot.com.'),
  account: idSetting.describe('Number of the account, as in the address of its dashboard.'),
  token: secret.describe('Access token of an agent or agent bot made for this connection.'),
  kind: z
    .enum(['account', 'api-inbox', 'agent-bot'])
    .default('account')
    .describe('Who sends: a webhook of the account, the callback of an API inbox, or an agent bot. They differ in when they send again.'),
  botId: idSetting.optional().describe('Id of the agent bot whose token this is: what it writes is known as our own.'),
  webhookSecret: oneSecret('Secret that Chatwoot generated for this webhook, inbox or bot; it cannot be chosen.'),
  webhookSecrets: manySecrets('Several such secrets, all of them valid: keep the old one for a while after a reset.'),
  unsigned: z
    .enum(['account-webhook-before-4.11.2', 'bot-or-inbox-before-4.13'])
    .optional()
    .describe("Accepts unsigned webhooks of an old server, by name; pathToken then takes the secret's place."),
  pathToken: oneSecret(
    "At least 24 characters that end the webhook's address (/webhooks/<connection>/<pathToken>); only together with unsigned.",
  ),
  toleranceSeconds,
});

export type ChatwootSettings = z.infer<typeof chatwootConfig>;
