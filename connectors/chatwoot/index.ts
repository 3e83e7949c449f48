import { chatwootHeaders, explainChatwoot } from './call/access.ts';
import { createChatwootClient } from './ports/helpdesk.ts';
import type { HelpdeskClient } from '../ports/helpdesk.ts';
import { chatwootConfig } from './config.ts';
import { chatwootFacts } from './receive/facts.ts';
import { chatwootHabits } from './receive/habits.ts';
import { readChatwoot } from './receive/read.ts';
import { chatwootRefusal, chatwootWarnings } from './refusals.ts';
import { beginVerifyChatwoot, chatwootSentAt, verifyChatwoot } from './receive/verify.ts';
import type { At, Connector } from '../connector.ts';
import type { ChatwootSettings } from './config.ts';

const OF_CONVERSATION = {
  'conversation.id': 'string',
  'conversation.status': 'string',
  'conversation.mark': 'string',
  'inbox.id': 'string',
} as const;
const AROUND = { 'inbox.name': 'string', 'contact.id': 'string' } as const;
const CONVERSATION = { facts: OF_CONVERSATION, maybe: AROUND } as const;
const TYPING = { facts: {}, maybe: { ...OF_CONVERSATION, ...AROUND } } as const;
const CONTACT = { facts: { 'contact.id': 'string' } } as const;
const INBOX = { facts: { 'inbox.id': 'string' } } as const;
const MESSAGE = {
  facts: {
    'conversation.id': 'string',
    'conversation.mark': 'string',
    'inbox.id': 'string',
    'inbox.name': 'string',
    'message.id': 'string',
    'message.direction': 'string',
    'message.private': 'boolean',
    'message.mark': 'string',
    'message.deleted': 'boolean',
    'sender.kind': 'string',
  },
  maybe: { 'conversation.status': 'string', 'contact.id': 'string', 'sender.id': 'string' },
} as const;

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
    topics: {
      'conversation.created': CONVERSATION,
      'conversation.updated': CONVERSATION,
      'conversation.status_changed': CONVERSATION,
      'conversation.opened': CONVERSATION,
      'conversation.resolved': CONVERSATION,
      'conversation.typing_on': TYPING,
      'conversation.typing_off': TYPING,
      'message.created': MESSAGE,
      'message.updated': MESSAGE,
      'contact.created': CONTACT,
      'contact.updated': CONTACT,
      'inbox.created': INBOX,
      'inbox.updated': INBOX,
      'webwidget.triggered': TYPING,
    },
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
