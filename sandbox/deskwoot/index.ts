import type { BaseOptions, Parts, SystemHandle } from '../core/handle.ts';
import type { System } from '../core/server.ts';
import type { Described, SandboxSystem } from '../core/system.ts';
import type { Driver } from '../core/control.ts';
import type { Attachment, DeskwootState, Token } from './entities.ts';

import { createParts, startHandle } from '../core/handle.ts';
import { textOf } from '../core/values.ts';
import { type Caller, createAuthorise, failure, type RateLimit, rateLimited } from './access.ts';
import { createDesk, type Desk } from './desk.ts';
import { agentWrites, customerWrites, type Opening, type Written } from './drivers.ts';
import { createDeskwootState } from './entities.ts';
import { accountRoutes, sessionRoutes } from './routes/account.ts';
import { contactRoutes, undocumentedContactRoutes } from './routes/contacts.ts';
import { conversationRoutes, undocumentedConversationRoutes } from './routes/conversations.ts';
import { messageRoutes } from './routes/messages.ts';
import { createEmit, type Emit, type Envelope, type Subscription } from './webhooks.ts';

const ACCOUNT = 'acc_sandbox';
const TOKEN = `dw_${'5a'.repeat(32)}`;
const WEBHOOK_SECRET = 'whsec_sandbox_deskwoot';

/** How a Deskwoot is to be. */
export interface DeskwootOptions extends BaseOptions {
  readonly accountId: string;
  readonly tokens: readonly Token[];
  /** Webhooks that an administrator has made. The list stays live: change it to subscribe later. */
  readonly subscriptions?: Subscription[];
  /** Leaves out what only the official client knows: list and create conversations, read and write single contacts. Default false. */
  readonly documentedOnly?: boolean;
  /** Default: none. The document says 60 a minute. */
  readonly rateLimit?: RateLimit | null;
  /** Default `event-data`; the document does not say. */
  readonly envelope?: Envelope;
}

/** A running Deskwoot. */
export interface DeskwootHandle extends SystemHandle {
  readonly state: DeskwootState;
  readonly desk: Desk;
  readonly subscriptions: Subscription[];
  /** Sends a webhook that no record stands behind. */
  readonly emit: Emit;
  customerWrites(conversationId: string, text: string, attachments?: readonly Attachment[], opening?: Opening): Written;
  agentWrites(conversationId: string, text: string, options?: { readonly agentId?: string; readonly private?: boolean }): Written;
}

/** What one must know to use it. */
export interface DeskwootDescription extends Described {
  readonly accountId: string;
  readonly token: string;
  readonly webhookSecret: string;
}

/** Deskwoot (https://deskwoot.com/docs/api). */
export const deskwoot: SandboxSystem<DeskwootOptions, DeskwootHandle, DeskwootDescription> = {
  name: 'deskwoot',
  title: 'Deskwoot',
  port: 4701,
  secret: WEBHOOK_SECRET,
  connection: {
    name: 'helpdesk',
    yaml: (origin) =>
      `{ type: deskwoot, baseUrl: '${origin}', account: ${ACCOUNT}, token: env:DESKWOOT_TOKEN, webhookSecret: env:DESKWOOT_WEBHOOK_SECRET }`,
    variables: { DESKWOOT_TOKEN: TOKEN, DESKWOOT_WEBHOOK_SECRET: WEBHOOK_SECRET },
  },
  start: ({ hook, secret, ...overrides }) =>
    startDeskwoot({
      accountId: ACCOUNT,
      tokens: [{ value: TOKEN, userId: 'user_bridge', scopes: ['read', 'write'] }],
      subscriptions: hook === undefined ? [] : [{ url: hook, secret }],
      ...overrides,
    }),
  describe: ({ origin, state }, secret) => ({ origin, accountId: state.accountId, token: TOKEN, webhookSecret: secret }),
};

/** Starts a Deskwoot on 127.0.0.1. */
export async function startDeskwoot(options: DeskwootOptions): Promise<DeskwootHandle> {
  const parts = createParts(options);
  const state = createDeskwootState(options.accountId, options.tokens);
  const subscriptions = options.subscriptions ?? [];
  const emit = createEmit(parts, subscriptions, options.envelope ?? 'event-data');
  const desk = createDesk(state, parts.clock, emit);
  const base = await startHandle(parts, systemOf(desk, parts, options), options, {
    snapshot: () => snapshot(state),
    drivers: driversOf(desk),
  });
  return {
    ...base,
    state,
    desk,
    subscriptions,
    emit,
    customerWrites: (conversationId, text, attachments, opening) => customerWrites(desk, conversationId, text, attachments, opening),
    agentWrites: (conversationId, text, how) => agentWrites(desk, conversationId, text, how),
  };
}

function systemOf(desk: Desk, parts: Parts, options: DeskwootOptions): System<Caller> {
  const undocumented = options.documentedOnly === true ? [] : [...undocumentedConversationRoutes(desk), ...undocumentedContactRoutes(desk)];
  return {
    routes: [
      ...accountRoutes(desk.state),
      ...conversationRoutes(desk),
      ...messageRoutes(desk),
      ...contactRoutes(desk, parts.clock),
      ...undocumented,
      ...sessionRoutes(),
    ],
    authorise: createAuthorise(desk.state, parts.clock, options.rateLimit ?? null),
    notFound: () => failure(404, 'Not found'),
    rateLimited,
    serverError: () => failure(500, 'Internal server error'),
    tokenExpired: () => failure(401, 'Token expired'),
    malformed: () => failure(400, 'Invalid JSON'),
  };
}

function snapshot(state: DeskwootState): unknown {
  let messages = 0;
  for (const conversation of state.conversations.values()) messages += conversation.messages.length;
  return { contacts: state.contacts.size, conversations: state.conversations.size, messages };
}

function driversOf(desk: Desk): { readonly [name: string]: Driver } {
  return {
    'customer-message': async (fields, index) => {
      const written = customerWrites(desk, textOf(fields['conversationId']) ?? 'new', messageText(fields['text'], index));
      await written.told;
      return { conversationId: written.conversationId, messageId: written.messageId };
    },
    'new-conversation': async (fields, index) => {
      const email = textOf(fields['email']);
      const inboxId = textOf(fields['inboxId']);
      const written = customerWrites(desk, 'new', messageText(fields['text'], index), [], {
        ...(email === undefined ? {} : { email }),
        ...(inboxId === undefined ? {} : { inboxId }),
      });
      await written.told;
      return { conversationId: written.conversationId, contactId: written.contactId, messageId: written.messageId };
    },
    'new-label': (fields) => {
      const label = { id: desk.state.nextId(), title: textOf(fields['title']) ?? 'new', color: '#6366F1' };
      desk.state.labels.set(label.id, label);
      return Promise.resolve(label);
    },
    'agent-message': async (fields, index) => {
      const written = agentWrites(desk, textOf(fields['conversationId']) ?? '', messageText(fields['text'], index), {
        private: fields['private'] === true,
      });
      await written.told;
      return { conversationId: written.conversationId, messageId: written.messageId };
    },
  };
}

function messageText(value: unknown, index: number): string {
  return (textOf(value) ?? 'Hello {n}').replaceAll('{n}', String(index));
}
