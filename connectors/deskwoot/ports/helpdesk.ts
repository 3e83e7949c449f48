import { createCaller } from '../../call/caller.ts';
import { MESSAGES_MAX_BYTES } from '../../call/http.ts';
import { remember } from '../../call/remember.ts';
import { createDeskwootAbilities } from './abilities.ts';
import { createContact, findContact, markContact } from './contacts.ts';
import { conversationsOf, createConversation } from './conversations.ts';
import { addLabel, findMessage, postMessage, readMessage } from './messages.ts';
import { fromWireConversation, fromWireLabel, fromWireNamed, toWirePriority } from './mapping.ts';
import { wireAgents, wireInboxes, wireLabels, wireMe, wireOneConversation, wireTeams } from '../call/wire.ts';
import type { z } from 'zod';
import type { Caller, OnLeftOut } from '../../call/caller.ts';
import type { HelpdeskClient, Named } from '../../ports/helpdesk.ts';
import type { HttpClient } from '../../call/http.ts';
import type { Json } from '../../../model/json.ts';
import type { Send } from '../../../model/effect.ts';
import type { Deskwoot } from './scope.ts';

/** With 60 requests a minute in all, names are asked for seldom; a new inbox or label is seen after this time. */
const NAMES_TTL_MS = 120_000;
const ABILITIES_TTL_MS = 600_000;
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

export interface DeskwootOptions {
  /** Of the connection's origin, with `deskwootCalls(token)`. */
  readonly http: HttpClient;
  readonly connection: string;
  readonly account: string;
  /** What links to conversations begin with: `<uiBaseUrl>/conversations/<id>`. */
  readonly uiBaseUrl: string;
  readonly onLeftOut?: OnLeftOut;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** The helpdesk Deskwoot. What a token cannot do by the documentation, but by the official client, is probed: see abilities. */
export function createDeskwootClient(options: DeskwootOptions): HelpdeskClient {
  const deskwoot = createDeskwoot(options);
  const { call, accountPath } = deskwoot;
  const now = options.now ?? Date.now;
  // https://deskwoot.com/docs/api: Inboxes, Agents, Teams, each "List all".
  const inboxes = remember(() => names(call, `${accountPath}/inboxes`, 'inboxes', wireInboxes), NAMES_TTL_MS, now);
  const agents = remember(() => names(call, `${accountPath}/agents`, 'agents', wireAgents), NAMES_TTL_MS, now);
  const teams = remember(() => names(call, `${accountPath}/teams`, 'teams', wireTeams), NAMES_TTL_MS, now);
  return {
    effects: EFFECTS,
    probe: () => probe(call),
    abilities: deskwoot.abilities,
    inboxes,
    labels: deskwoot.labels,
    agents,
    teams,
    findContact: (by) => findContact(deskwoot, by.email),
    createContact: (input, send) => createContact(deskwoot, input, send),
    markContact: (contactId, keys, send) => markContact(deskwoot, contactId, keys, send),
    conversationsOf: (contactId, inboxId) => conversationsOf(deskwoot, contactId, inboxId),
    createConversation: (input, send) => createConversation(deskwoot, input, send),
    readConversation: (id) => readConversation(deskwoot, id),
    readMessage: (conversationId, messageId) => readMessage(deskwoot, conversationId, messageId),
    findMessage: (conversationId, sought) => findMessage(deskwoot, conversationId, sought),
    postMessage: (input, send) => postMessage(deskwoot, input, send),
    addLabel: (conversationId, label, send) => addLabel(deskwoot, conversationId, label, send),
    setPriority: (id, priority, send) => patch(call, id, { priority: toWirePriority(priority) }, send),
    assign: async (id, to, send) => {
      const values = {
        ...(to.assigneeId === null ? {} : { assigneeId: to.assigneeId }),
        ...(to.teamId === null ? {} : { teamId: to.teamId }),
      };
      if (Object.keys(values).length > 0) await patch(call, id, values, send);
    },
    reopen: (id, send) => patch(call, id, { status: 'OPEN' }, send),
  };
}

function createDeskwoot(options: DeskwootOptions): Deskwoot {
  const call = createCaller(options.http, options.connection, options.onLeftOut);
  const now = options.now ?? Date.now;
  const accountPath = `/api/v1/accounts/${encodeURIComponent(options.account)}`;
  const me = remember(() => readMe(call), ABILITIES_TTL_MS, now);
  return {
    call,
    accountPath,
    me,
    // https://deskwoot.com/docs/api: Labels, "List all labels in your account".
    labels: remember(
      async () =>
        (await call.list({ method: 'GET', path: `${accountPath}/labels`, route: '/v1/accounts/:id/labels' }, wireLabels)).items.map(
          fromWireLabel,
        ),
      NAMES_TTL_MS,
      now,
    ),
    abilities: remember(() => createDeskwootAbilities(call, accountPath, me), ABILITIES_TTL_MS, now),
    urlOf: (id) => `${options.uiBaseUrl.replace(/\/+$/, '')}/conversations/${encodeURIComponent(id)}`,
  };
}

// https://deskwoot.com/docs/api: "Finding your account ID", GET /v1/me.
function readMe(call: Caller): Promise<z.output<typeof wireMe>> {
  return call.read({ method: 'GET', path: '/api/v1/me', route: '/v1/me' }, wireMe);
}

/** Always asks, so that a revoked token is seen. */
async function probe(call: Caller): Promise<{ readonly userId: string }> {
  return { userId: (await readMe(call)).user.id };
}

async function names(call: Caller, path: string, word: string, shape: typeof wireInboxes): Promise<readonly Named[]> {
  return (await call.list({ method: 'GET', path, route: `/v1/accounts/:id/${word}` }, shape)).items.map(fromWireNamed);
}

// https://deskwoot.com/docs/api: Conversations, "Retrieve a single conversation".
async function readConversation(deskwoot: Deskwoot, id: string): ReturnType<HelpdeskClient['readConversation']> {
  const path = `/api/v1/conversations/${encodeURIComponent(id)}`;
  const request = { method: 'GET', path, route: '/v1/conversations/:id', maxBytes: MESSAGES_MAX_BYTES } as const;
  const wire = await deskwoot.call.find(request, wireOneConversation);
  return wire === null ? null : fromWireConversation(wire, deskwoot.urlOf(wire.id));
}

// https://deskwoot.com/docs/api: Conversations, "Update a conversation's status, priority, assignee, or team".
function patch(call: Caller, id: string, values: Json, send: Send): Promise<void> {
  return call.send({
    method: 'PATCH',
    path: `/api/v1/conversations/${encodeURIComponent(id)}`,
    route: '/v1/conversations/:id',
    json: values,
    sendBy: send.sendBy,
  });
}
