import { deskwootConfig } from './config.ts';
import { deskwootFacts } from './receive/facts.ts';
import { readDeskwoot } from './receive/read.ts';
import { deskwootReady, deskwootWarnings } from './refusals.ts';
import { beginVerifyDeskwoot, verifyDeskwoot } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
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
export const deskwootConnector: Connector<'deskwoot', DeskwootSettings> = {
  type: 'deskwoot',
  title: 'Deskwoot',
  config: deskwootConfig,
  inbound: {
    ready: deskwootReady,
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
};
