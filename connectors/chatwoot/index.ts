import { chatwootHeaders, explainChatwoot } from './call/access.ts';
import { createChatwootClient } from './ports/helpdesk.ts';
import type { HelpdeskClient } from '../ports/helpdesk.ts';
import { chatwootConfig } from './config.ts';
import { chatwootFacts } from './receive/facts.ts';
import { chatwootHabits } from './receive/habits.ts';
import { readChatwoot } from './receive/read.ts';
import { CHATWOOT_TOPICS } from './receive/topics.ts';
import { chatwootRefusal, chatwootWarnings } from './refusals.ts';
import { beginVerifyChatwoot, chatwootSentAt, verifyChatwoot } from './receive/verify.ts';
import type { At, Connector } from '../connector.ts';
import type { ChatwootSettings } from './config.ts';

/** Chatwoot (developers.chatwoot.com, Webhooks). */
export const chatwoot: Connector<ChatwootSettings> = {
  type: 'chatwoot',
  title: 'Chatwoot',
  docs: 'https://developers.chatwoot.com',
  example:
    '{ type: chatwoot, baseUrl: https://app.chatwoot.com, account: 1, token: env:CHATWOOT_TOKEN, webhookSecret: env:CHATWOOT_WEBHOOK_SECRET }',
  config: chatwootConfig,
  receives: {
    refusal: chatwootRefusal,
    warnings: chatwootWarnings,
    verify: verifyChatwoot,
    beginVerify: beginVerifyChatwoot,
    read: readChatwoot,
    sentAt: chatwootSentAt,
    facts: chatwootFacts,
    topics: CHATWOOT_TOPICS,
    sender: chatwootHabits,
  },
  calls: {
    origin: ({ baseUrl }) => baseUrl,
    headers: ({ token }) => chatwootHeaders(token),
    explain: explainChatwoot,
    probe: async (at) => {
      await openHelpdesk(at).probe();
    },
    ports: { helpdesk: { open: openHelpdesk } },
  },
};

function openHelpdesk({ settings, ...at }: At<ChatwootSettings>): HelpdeskClient {
  return createChatwootClient({ ...at, account: settings.account, uiBaseUrl: settings.baseUrl });
}
