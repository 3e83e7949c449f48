import { deskwootHeaders, explainDeskwoot } from './call/access.ts';
import { createDeskwootClient } from './ports/helpdesk.ts';
import type { HelpdeskClient } from '../ports/helpdesk.ts';
import { deskwootConfig } from './config.ts';
import { deskwootFacts } from './receive/facts.ts';
import { readDeskwoot } from './receive/read.ts';
import { deskwootRefusal, deskwootWarnings } from './refusals.ts';
import { beginVerifyDeskwoot, verifyDeskwoot } from './receive/verify.ts';
import type { At, Connector } from '../connector.ts';
import type { DeskwootSettings } from './config.ts';

const OF_CONVERSATION = { 'conversation.status': 'string', 'inbox.id': 'string', 'inbox.name': 'string', 'contact.id': 'string' } as const;
const CONVERSATION = { facts: { 'conversation.id': 'string' }, maybe: OF_CONVERSATION } as const;
const MESSAGE = {
  facts: { 'conversation.id': 'string', 'message.id': 'string' },
  maybe: {
    ...OF_CONVERSATION,
    'message.direction': 'string',
    'message.private': 'boolean',
    'sender.kind': 'string',
    'sender.id': 'string',
  },
} as const;
const CONTACT = { facts: { 'contact.id': 'string' } } as const;

/** Deskwoot (deskwoot.com/docs/api). Its webhook payload is undocumented, so no facts but ids are promised. */
export const deskwoot: Connector<DeskwootSettings> = {
  type: 'deskwoot',
  title: 'Deskwoot',
  docs: 'https://deskwoot.com/docs/api',
  example: '{ type: deskwoot, account: acc_1, token: env:DESKWOOT_TOKEN, webhookSecret: env:DESKWOOT_WEBHOOK_SECRET }',
  config: deskwootConfig,
  receives: {
    refusal: deskwootRefusal,
    warnings: deskwootWarnings,
    verify: verifyDeskwoot,
    beginVerify: beginVerifyDeskwoot,
    read: readDeskwoot,
    facts: deskwootFacts,
    topics: {
      'conversation.created': CONVERSATION,
      'conversation.updated': CONVERSATION,
      'message.created': MESSAGE,
      'contact.created': CONTACT,
      'contact.updated': CONTACT,
    },
    // Nothing is documented about retries and sizes (deskwoot.com/docs/api, Webhooks): assume that a lost request stays lost, and that
    // messages hold whole e-mails, as Chatwoot's do.
    sender: () => ({ retries: false, unavailable: 503, largestBody: 8_000_000 }),
  },
  calls: {
    origin: ({ baseUrl }) => baseUrl,
    headers: ({ token }) => deskwootHeaders(token),
    explain: explainDeskwoot,
    probe: async (at) => {
      await openHelpdesk(at).probe();
    },
    ports: { helpdesk: { open: openHelpdesk } },
  },
};

function openHelpdesk({ settings, ...at }: At<DeskwootSettings>): HelpdeskClient {
  return createDeskwootClient({ ...at, account: settings.account, uiBaseUrl: settings.baseUrl });
}
