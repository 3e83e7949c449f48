import type { TopicFacts } from '../../connector.ts';

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

/** What a flow can name in `on:` (developers.chatwoot.com, Webhooks), with the facts of each. */
export const CHATWOOT_TOPICS: { readonly [topic: string]: TopicFacts } = {
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
};
