import { createCaller, orElse } from '../../call/caller.ts';
import { remember } from '../../call/remember.ts';
import { createContact, findContact, markContact } from './contacts.ts';
import { addLabel, assign, conversationsOf, createConversation, readConversation, reopen, setPriority } from './conversations.ts';
import { findMessage, postMessage, readMessage } from './messages.ts';
import { fromWireNamed } from './mapping.ts';
import { wireAgents, wireInboxes, wireLabels, wireProfile, wireTeams } from '../call/wire.ts';
import type { Caller, OnLeftOut } from '../../call/caller.ts';
import type { HelpdeskClient, Named } from '../../ports/helpdesk.ts';
import type { HttpClient } from '../../call/http.ts';
import type { Chatwoot } from './scope.ts';

/** A new inbox, agent or team is seen after this time. */
const NAMES_TTL_MS = 120_000;
const EFFECTS: HelpdeskClient['effects'] = {
  createContact: 'marked',
  markContact: 'natural',
  createConversation: 'marked',
  postMessage: 'marked',
  addLabel: 'natural',
  setPriority: 'natural',
  assign: 'natural',
  reopen: 'natural',
};

export interface ChatwootOptions {
  /** Of the connection's origin, with `chatwootCalls(token)`. */
  readonly http: HttpClient;
  readonly connection: string;
  readonly account: string;
  /** What links to conversations begin with: usually the baseUrl. */
  readonly uiBaseUrl: string;
  readonly onLeftOut?: OnLeftOut;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** The helpdesk Chatwoot, by the access token of a user: bots may not read messages back. */
export function createChatwootClient(options: ChatwootOptions): HelpdeskClient {
  const call = createCaller(options.http, options.connection, options.onLeftOut);
  const accountPath = `/api/v1/accounts/${encodeURIComponent(options.account)}`;
  const now = options.now ?? Date.now;
  // https://developers.chatwoot.com/api-reference: inboxes/list-all-inboxes, agents/list-agents-in-account, teams/list-all-teams.
  const inboxes = remember(() => names(call, accountPath, 'inboxes', wireInboxes), NAMES_TTL_MS, now);
  const agents = remember(() => names(call, accountPath, 'agents', wireAgents), NAMES_TTL_MS, now);
  const teams = remember(() => names(call, accountPath, 'teams', wireTeams), NAMES_TTL_MS, now);
  const chatwoot: Chatwoot = {
    call,
    accountPath,
    inboxName: async (id) => (await inboxes().catch(orElse('forbidden', []))).find((inbox) => inbox.id === id)?.name ?? null,
    urlOf: (id) =>
      `${options.uiBaseUrl.replace(/\/+$/, '')}/app/accounts/${encodeURIComponent(options.account)}/conversations/${encodeURIComponent(id)}`,
  };
  return {
    effects: EFFECTS,
    probe: () => probe(call, options.account),
    abilities: () => Promise.resolve({ listConversations: true, createConversation: true, createContact: true }),
    inboxes,
    labels: () => labels(call, accountPath),
    agents,
    teams,
    findContact: (by) => findContact(chatwoot, by),
    createContact: (input, send) => createContact(chatwoot, input, send),
    markContact: (contactId, keys, send) => markContact(chatwoot, contactId, keys, send),
    conversationsOf: (contactId, inboxId) => conversationsOf(chatwoot, contactId, inboxId),
    createConversation: (input, send) => createConversation(chatwoot, input, send),
    readConversation: (id) => readConversation(chatwoot, id),
    readMessage: (conversationId, messageId) => readMessage(chatwoot, conversationId, messageId),
    findMessage: (conversationId, sought) => findMessage(chatwoot, conversationId, sought),
    postMessage: (input, send) => postMessage(chatwoot, input, send),
    addLabel: (conversationId, label, send) => addLabel(chatwoot, conversationId, label, send),
    setPriority: (id, priority, send) => setPriority(chatwoot, id, priority, send),
    assign: (id, to, send) => assign(chatwoot, id, to, send),
    reopen: (id, send) => reopen(chatwoot, id, send),
  };
}

// https://developers.chatwoot.com/api-reference/profile/fetch-user-profile
async function probe(call: Caller, account: string): Promise<{ readonly userId: string }> {
  const request = { method: 'GET', path: '/api/v1/profile', route: '/api/v1/profile' } as const;
  const profile = await call.read(request, wireProfile);
  const { accounts } = profile;
  // One that cannot be read may be the one.
  const isMember =
    accounts === null || accounts === undefined || accounts.odd.length > 0 || accounts.items.some(({ id }) => id === account);
  if (isMember) return { userId: profile.id };
  const hint = `The token works, but its user is not in account ${account}. Correct \`account\`, or add the user to it.`;
  throw call.error(request, { code: 'forbidden', retry: { kind: 'never' }, ambiguous: false, hint });
}

async function names(call: Caller, accountPath: string, word: string, shape: typeof wireInboxes): Promise<readonly Named[]> {
  const request = { method: 'GET', path: `${accountPath}/${word}`, route: `/api/v1/accounts/:id/${word}` } as const;
  return (await call.list(request, shape)).items.map(fromWireNamed);
}

// chatwoot v4.15.1, app/controllers/api/v1/accounts/labels_controller.rb
async function labels(call: Caller, accountPath: string): Promise<readonly Named[]> {
  const list = await call.list({ method: 'GET', path: `${accountPath}/labels`, route: '/api/v1/accounts/:id/labels' }, wireLabels);
  return list.items.map((label) => ({ id: label.id, name: label.title }));
}
