import type { Driver } from '../core/control.ts';
import type { BaseOptions, Parts, SystemHandle } from '../core/handle.ts';
import type { System } from '../core/server.ts';
import type { Described, SandboxSystem } from '../core/system.ts';
import type { Attachment, ChatwootState, Token } from './entities.ts';
import type { PayloadForm } from './payloads.ts';

import { createParts, startHandle } from '../core/handle.ts';
import { integerOf, textOf } from '../core/values.ts';
import { type Caller, createAuthorise, failure, rateLimited, serverError } from './access.ts';
import { createDesk, type Desk } from './desk.ts';
import { agentWrites, customerWrites, type Opening, templateSays, type Written } from './drivers.ts';
import { createChatwootState } from './entities.ts';
import { accountRoutes, webhookRoutes } from './routes/account.ts';
import { attributeRoutes } from './routes/attributes.ts';
import { contactRoutes } from './routes/contacts.ts';
import { conversationActionRoutes } from './routes/conversation-actions.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { messageRoutes } from './routes/messages.ts';
import { createEmit, type Emit, type Subscription } from './webhooks.ts';

const ACCOUNT = 1;
const TOKENS = { token: 'sandbox-chatwoot-user', agentToken: 'sandbox-chatwoot-agent', botToken: 'sandbox-chatwoot-bot' } as const;
const WEBHOOK_SECRET = 'sandbox-chatwoot-webhook-secret';

/** Messages a minute that one conversation takes (CONVERSATION_MESSAGE_PER_MINUTE_LIMIT of Chatwoot). */
const MESSAGES_PER_MINUTE = 200;

/** How a Chatwoot is to be. */
export interface ChatwootOptions extends BaseOptions {
  readonly accountId: number;
  readonly tokens: readonly Token[];
  /** Account webhooks, API inbox call-backs and agent bots. The list stays live: change it to subscribe later. */
  readonly subscriptions?: Subscription[];
  /** Default: the account on conversation events, no `performed_by`. */
  readonly form?: Partial<PayloadForm>;
  /** Milliseconds before an agent bot's next attempt. Default 3000, as the real one. */
  readonly botWaitMs?: number;
  /** Default 200, as the real one. */
  readonly messagesPerMinute?: number;
}

/** A running Chatwoot. */
export interface ChatwootHandle extends SystemHandle {
  readonly state: ChatwootState;
  readonly desk: Desk;
  readonly subscriptions: Subscription[];
  /** Sends a webhook that no record stands behind. */
  readonly emit: Emit;
  customerWrites(conversationId: number | 'new', text: string, attachments?: readonly Attachment[], opening?: Opening): Written;
  agentWrites(conversationId: number, text: string, options?: { readonly agentId?: number; readonly private?: boolean }): Written;
  /** Chatwoot itself writes: a greeting, or with the type `input_csat` a survey. */
  templateSays(conversationId: number, text: string, contentType?: string): Written;
}

/** What one must know to use it. */
export interface ChatwootDescription extends Described {
  readonly accountId: number;
  /** Of an administrator. */
  readonly token: string;
  readonly agentToken: string;
  readonly botToken: string;
  readonly webhookSecret: string;
}

/** Chatwoot (https://developers.chatwoot.com). */
export const chatwoot: SandboxSystem<ChatwootOptions, ChatwootHandle, ChatwootDescription> = {
  name: 'chatwoot',
  title: 'Chatwoot',
  port: 4702,
  secret: WEBHOOK_SECRET,
  connection: {
    name: 'chatwoot',
    yaml: (origin) =>
      `{ type: chatwoot, baseUrl: '${origin}', account: ${ACCOUNT}, token: env:CHATWOOT_TOKEN, webhookSecret: env:CHATWOOT_WEBHOOK_SECRET }`,
    variables: { CHATWOOT_TOKEN: TOKENS.token, CHATWOOT_WEBHOOK_SECRET: WEBHOOK_SECRET },
  },
  start: ({ hook, secret, ...overrides }) =>
    startChatwoot({
      accountId: ACCOUNT,
      tokens: [
        { value: TOKENS.token, kind: 'user', ownerId: 1 },
        { value: TOKENS.agentToken, kind: 'user', ownerId: 2 },
        { value: TOKENS.botToken, kind: 'agent_bot', ownerId: 1 },
      ],
      subscriptions: hook === undefined ? [] : [{ kind: 'account', id: 1000, url: hook, secret }],
      ...overrides,
    }),
  describe: ({ origin, state }, secret) => ({ origin, accountId: state.accountId, ...TOKENS, webhookSecret: secret }),
};

/** Starts a Chatwoot on 127.0.0.1. */
export async function startChatwoot(options: ChatwootOptions): Promise<ChatwootHandle> {
  const parts = createParts(options);
  const state = createChatwootState(options.accountId, options.tokens);
  const subscriptions = options.subscriptions ?? [];
  const emit = createEmit(parts, subscriptions, options.botWaitMs);
  const desk = createDesk(state, parts.clock, emit, { accountOnConversations: true, performedBy: false, ...options.form });
  const seams = { snapshot: () => snapshot(state), drivers: driversOf(desk, parts) };
  const base = await startHandle(
    parts,
    systemOf(desk, parts, subscriptions, options.messagesPerMinute ?? MESSAGES_PER_MINUTE),
    options,
    seams,
  );
  return {
    ...base,
    state,
    desk,
    subscriptions,
    emit,
    customerWrites: (conversationId, text, attachments, opening) =>
      customerWrites(desk, parts.clock(), conversationId, text, attachments, opening),
    agentWrites: (conversationId, text, how) => agentWrites(desk, conversationId, text, how),
    templateSays: (conversationId, text, contentType) => templateSays(desk, conversationId, text, contentType),
  };
}

function systemOf(desk: Desk, parts: Parts, subscriptions: Subscription[], messagesPerMinute: number): System<Caller> {
  return {
    routes: [
      ...accountRoutes(desk.state),
      ...webhookRoutes(desk.state, subscriptions),
      ...attributeRoutes(desk.state),
      ...contactRoutes(desk, parts.clock),
      ...conversationRoutes(desk, parts.clock),
      ...conversationActionRoutes(desk),
      ...messageRoutes(desk, parts.clock, messagesPerMinute),
    ],
    authorise: createAuthorise(desk.state),
    notFound: () => failure(404, 'Resource could not be found'),
    rateLimited,
    serverError,
    tokenExpired: () => failure(401, 'Invalid Access Token'),
    malformed: () => ({ status: 400, headers: { 'content-type': 'text/html; charset=UTF-8' }, text: '' }),
  };
}

function snapshot(state: ChatwootState): unknown {
  let messages = 0;
  for (const conversation of state.conversations.values()) messages += conversation.messages.length;
  return { contacts: state.contacts.size, conversations: state.conversations.size, messages };
}

function driversOf(desk: Desk, parts: Parts): { readonly [name: string]: Driver } {
  return {
    'customer-message': async (fields, index) => {
      const written = customerWrites(desk, parts.clock(), integerOf(fields['conversationId']) ?? 'new', messageText(fields['text'], index));
      await written.told;
      return { conversationId: written.conversationId, messageId: written.messageId };
    },
    'new-conversation': async (fields, index) => {
      const email = textOf(fields['email']);
      const inboxId = integerOf(fields['inboxId']);
      const written = customerWrites(desk, parts.clock(), 'new', messageText(fields['text'], index), [], {
        ...(email === undefined ? {} : { email }),
        ...(inboxId === undefined ? {} : { inboxId }),
      });
      await written.told;
      return { conversationId: written.conversationId, contactId: written.contactId, messageId: written.messageId };
    },
    'agent-message': async (fields, index) => {
      const written = agentWrites(desk, integerOf(fields['conversationId']) ?? 0, messageText(fields['text'], index), {
        private: fields['private'] === true,
      });
      await written.told;
      return { conversationId: written.conversationId, messageId: written.messageId };
    },
    'template-message': async (fields, index) => {
      const conversationId = integerOf(fields['conversationId']) ?? 0;
      const written = templateSays(desk, conversationId, messageText(fields['text'], index), textOf(fields['contentType']));
      await written.told;
      return { conversationId, messageId: written.messageId };
    },
  };
}

function messageText(value: unknown, index: number): string {
  return (textOf(value) ?? 'Hello {n}').replaceAll('{n}', String(index));
}
