import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { idSetting, manySecrets, oneSecret, origin, toleranceSeconds } from '../settings.ts';

/** A connection to a Slack workspace through an app of one's own. */
export const slackConfig = z.strictObject({
  type: z.literal('slack').describe('Slack.'),
  baseUrl: origin().default('https://slack.com').describe('Origin of the Web API, without the path /api.'),
  token: secret.describe(
    'Bot token (xoxb-…) with the scopes chat:write and channels:history (in private channels groups:history): a post whose answer was lost is looked for before it is sent again.',
  ),
  signingSecret: oneSecret("The app's signing secret, from its page Basic Information."),
  signingSecrets: manySecrets('Several signing secrets, all of them valid: while one replaces another.'),
  appId: idSetting.optional().describe('Id of the app (A…); requests that speak for another app are then refused.'),
  botUserId: idSetting.optional().describe("User id of the app's bot (U…): what it writes is known as our own."),
  toleranceSeconds,
});

export type SlackSettings = z.infer<typeof slackConfig>;
