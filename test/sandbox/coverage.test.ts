import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Sandbox, startSandbox } from '../../sandbox/main.ts';
import { call } from './call.ts';

/** One good call of every operation: the path that is called, the status it answers, and what it sends. `!` marks those that a token never reaches. */
interface Good {
  readonly path: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly upload?: boolean;
}

const D = '/api/v1/accounts/acc_sandbox';
const A = '/api/v1/accounts/1';
const closed = (path: string, body?: unknown): Good => ({ path, status: 403, ...(body === undefined ? {} : { body }) });

function deskwootCalls(conversationId: string, contactId: string, otherId: string): Record<string, Good> {
  const C = `/api/v1/conversations/${conversationId}`;
  return {
    'GET /api/v1/me': { path: '/api/v1/me' },
    'GET /api/v1/accounts/:accountId/inboxes': { path: `${D}/inboxes` },
    'GET /api/v1/accounts/:accountId/inboxes/:inboxId': { path: `${D}/inboxes/inbox_web` },
    'GET /api/v1/accounts/:accountId/agents': { path: `${D}/agents` },
    'GET /api/v1/accounts/:accountId/teams': { path: `${D}/teams` },
    'GET /api/v1/accounts/:accountId/teams/:teamId': { path: `${D}/teams/team_billing` },
    'GET /api/v1/accounts/:accountId/labels': { path: `${D}/labels` },
    'GET /api/v1/accounts/:accountId/settings': { path: `${D}/settings` },
    'GET /api/v1/conversations/:conversationId': { path: C },
    'PATCH /api/v1/conversations/:conversationId': { path: C, body: { status: 'PENDING' } },
    'POST /api/v1/accounts/:accountId/conversations/bulk': {
      path: `${D}/conversations/bulk`,
      body: { conversationIds: [conversationId], action: 'change_status', value: 'OPEN' },
    },
    'POST /api/v1/conversations/:conversationId/labels': { path: `${C}/labels`, status: 201, body: { labelId: 'label_vip' } },
    'DELETE /api/v1/conversations/:conversationId/labels': { path: `${C}/labels?labelId=label_vip` },
    'GET /api/v1/conversations/:conversationId/messages': { path: `${C}/messages` },
    'POST /api/v1/conversations/:conversationId/messages': { path: `${C}/messages`, status: 201, body: { content: 'x' } },
    'POST /api/v1/conversations/:conversationId/attachments': { path: `${C}/attachments`, status: 201, upload: true },
    'GET /api/v1/accounts/:accountId/contacts': { path: `${D}/contacts?search=lisa&segment=new` },
    'GET /api/v1/accounts/:accountId/conversations': { path: `${D}/conversations?status=OPEN` },
    'POST /api/v1/accounts/:accountId/conversations': {
      path: `${D}/conversations`,
      status: 201,
      body: { inboxId: 'inbox_web', contactId, message: 'x' },
    },
    'GET /api/v1/accounts/:accountId/contacts/:contactId': { path: `${D}/contacts/${contactId}` },
    'POST /api/v1/accounts/:accountId/contacts': { path: `${D}/contacts`, status: 201, body: { name: 'x' } },
    'PATCH /api/v1/accounts/:accountId/contacts/:contactId': { path: `${D}/contacts/${contactId}`, body: { phone: '+491' } },
    'POST /api/v1/accounts/:accountId/contacts/merge': {
      path: `${D}/contacts/merge`,
      body: { primaryContactId: contactId, secondaryContactId: otherId },
    },
    'DELETE /api/v1/accounts/:accountId/contacts/:contactId': { path: `${D}/contacts/${contactId}` },
    ...Object.fromEntries(
      ['inboxes', 'agents', 'teams', 'labels', 'webhooks', 'api-tokens'].map((name) => [
        `POST /api/v1/accounts/:accountId/${name}`,
        closed(`${D}/${name}`, {}),
      ]),
    ),
    ...Object.fromEntries(
      ['webhooks', 'api-tokens', 'audit-logs'].map((name) => [`GET /api/v1/accounts/:accountId/${name}`, closed(`${D}/${name}`)]),
    ),
  };
}

function chatwootCalls(conversationId: number, contactId: number, messageId: number): Record<string, Good> {
  const C = `${A}/conversations/${conversationId}`;
  const R = '/api/v1/accounts/:account';
  return {
    'GET /api/v1/profile': { path: '/api/v1/profile' },
    [`GET ${R}/inboxes`]: { path: `${A}/inboxes` },
    [`GET ${R}/inboxes/:id`]: { path: `${A}/inboxes/1` },
    [`GET ${R}/labels`]: { path: `${A}/labels` },
    [`POST ${R}/labels`]: { path: `${A}/labels`, body: { title: 'new' } },
    [`GET ${R}/agents`]: { path: `${A}/agents` },
    [`GET ${R}/teams`]: { path: `${A}/teams` },
    [`GET ${R}/webhooks`]: { path: `${A}/webhooks` },
    [`POST ${R}/webhooks`]: { path: `${A}/webhooks`, body: { url: 'http://127.0.0.1:9/hook', subscriptions: ['inbox_created'] } },
    [`PATCH ${R}/webhooks/:webhookId`]: { path: `${A}/webhooks/1`, body: { subscriptions: ['inbox_updated'] } },
    [`DELETE ${R}/webhooks/:webhookId`]: { path: `${A}/webhooks/1` },
    [`GET ${R}/custom_attribute_definitions`]: { path: `${A}/custom_attribute_definitions?attribute_model=1` },
    [`POST ${R}/custom_attribute_definitions`]: {
      path: `${A}/custom_attribute_definitions`,
      body: { attribute_display_name: 'shop_id', attribute_key: 'shop_id', attribute_display_type: 0, attribute_model: 1 },
    },
    [`GET ${R}/contacts`]: { path: `${A}/contacts` },
    [`POST ${R}/contacts`]: { path: `${A}/contacts`, body: { name: 'x' } },
    [`GET ${R}/contacts/search`]: { path: `${A}/contacts/search?q=lisa` },
    [`POST ${R}/contacts/filter`]: {
      path: `${A}/contacts/filter`,
      body: { payload: [{ attribute_key: 'email', filter_operator: 'equal_to', values: ['x'], query_operator: null }] },
    },
    [`GET ${R}/contacts/:id`]: { path: `${A}/contacts/${contactId}` },
    [`PUT ${R}/contacts/:id`]: { path: `${A}/contacts/${contactId}`, body: { name: 'Lisa S.' } },
    [`PATCH ${R}/contacts/:id`]: { path: `${A}/contacts/${contactId}`, body: { name: 'Lisa' } },
    [`GET ${R}/contacts/:id/conversations`]: { path: `${A}/contacts/${contactId}/conversations` },
    [`POST ${R}/contacts/:id/contact_inboxes`]: {
      path: `${A}/contacts/${contactId}/contact_inboxes`,
      body: { inbox_id: 1, source_id: 'external-1' },
    },
    [`GET ${R}/conversations`]: { path: `${A}/conversations?status=all&updated_within=60` },
    [`POST ${R}/conversations/filter`]: {
      path: `${A}/conversations/filter`,
      body: { payload: [{ attribute_key: 'status', filter_operator: 'equal_to', values: ['open'] }] },
    },
    [`POST ${R}/conversations`]: { path: `${A}/conversations`, body: { source_id: 'external-1', inbox_id: 1 } },
    [`GET ${R}/conversations/:cid`]: { path: C },
    [`PATCH ${R}/conversations/:cid`]: { path: C, body: { priority: 'low' } },
    [`POST ${R}/conversations/:cid/toggle_status`]: { path: `${C}/toggle_status`, body: { status: 'pending' } },
    [`POST ${R}/conversations/:cid/toggle_priority`]: { path: `${C}/toggle_priority`, body: { priority: 'none' } },
    [`POST ${R}/conversations/:cid/toggle_typing_status`]: { path: `${C}/toggle_typing_status`, body: { typing_status: 'on' } },
    [`POST ${R}/conversations/:cid/custom_attributes`]: { path: `${C}/custom_attributes`, body: { custom_attributes: {} } },
    [`POST ${R}/conversations/:cid/assignments`]: { path: `${C}/assignments`, body: { team_id: 1 } },
    [`GET ${R}/conversations/:cid/labels`]: { path: `${C}/labels` },
    [`POST ${R}/conversations/:cid/labels`]: { path: `${C}/labels`, body: { labels: ['vip'] } },
    [`GET ${R}/conversations/:cid/messages`]: { path: `${C}/messages` },
    [`POST ${R}/conversations/:cid/messages`]: { path: `${C}/messages`, upload: true },
    [`DELETE ${R}/conversations/:cid/messages/:messageId`]: { path: `${C}/messages/${messageId}` },
  };
}

function stripeCalls(invoiceId: string, customerId: string, eventId: string): Record<string, Good> {
  return {
    'GET /v1/account': { path: '/v1/account' },
    'GET /v1/balance': { path: '/v1/balance' },
    'GET /v1/invoices/:id': { path: `/v1/invoices/${invoiceId}` },
    'GET /v1/invoices': { path: '/v1/invoices?status=open' },
    'GET /v1/customers/:id': { path: `/v1/customers/${customerId}` },
    'GET /v1/customers': { path: '/v1/customers?email=lisa@example.com' },
    'GET /v1/events/:id': { path: `/v1/events/${eventId}` },
    'GET /v1/events': { path: '/v1/events?types[]=invoice.*&created[gte]=1' },
    'GET /v2/core/events/:id': { path: `/v2/core/events/${eventId}` },
    'POST /v1/customers': { path: '/v1/customers', body: { name: 'x' } },
    'POST /v1/customers/:id': { path: `/v1/customers/${customerId}`, body: { metadata: { a: '1' } } },
  };
}

function slackCalls(ts: string): Record<string, Good> {
  const both = (name: string, query: string): Record<string, Good> => ({
    [`GET /api/${name}`]: { path: `/api/${name}?${query}` },
    [`POST /api/${name}`]: { path: `/api/${name}?${query}` },
  });
  return {
    ...both('auth.test', ''),
    ...both('users.info', 'user=U0JAN'),
    ...both('conversations.history', 'channel=C0123'),
    ...both('conversations.replies', `channel=C0123&ts=${ts}`),
    'POST /api/chat.postMessage': { path: '/api/chat.postMessage', body: { channel: 'C0123', text: 'x' } },
    'POST /api/chat.update': { path: '/api/chat.update', body: { channel: 'C0123', text: 'y', ts } },
    'POST /api/chat.delete': { path: '/api/chat.delete', body: { channel: 'C0123', ts } },
  };
}

describe('every operation of the sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  async function callAll(
    handle: { readonly origin: string; readonly routes: readonly string[] },
    calls: Record<string, Good>,
    headers: Record<string, string>,
  ): Promise<void> {
    expect(Object.keys(calls).sort()).toEqual([...handle.routes].sort());
    for (const [route, good] of Object.entries(calls)) {
      const form = new FormData();
      form.set('content', 'a file');
      form.set(handle === sandbox.chatwoot ? 'attachments[]' : 'file', new Blob(['data']), 'note.txt');
      const answer = await call(handle.origin, route.split(' ')[0] ?? '', good.path, {
        headers,
        ...(good.body === undefined ? {} : { body: good.body }),
        ...(good.upload === true ? { form } : {}),
      });
      expect([route, answer.status, answer.at('ok') ?? true]).toEqual([route, good.status ?? 200, true]);
    }
  }

  it('of Deskwoot has a good call', async () => {
    const { conversationId, contactId } = sandbox.deskwoot.customerWrites('new', 'Hi', [], { email: 'lisa@example.com' });
    const other = sandbox.deskwoot.customerWrites('new', 'Hi');
    await callAll(sandbox.deskwoot, deskwootCalls(conversationId, contactId, other.contactId), {
      authorization: `Bearer ${sandbox.describe().deskwoot.token}`,
    });
    expect(sandbox.deskwoot.state.conversations.get(other.conversationId)?.contactId).toBe(contactId);
  });

  it('of Chatwoot has a good call', async () => {
    const { conversationId, contactId, messageId } = sandbox.chatwoot.customerWrites('new', 'Hi', [], { email: 'lisa@example.com' });
    await callAll(sandbox.chatwoot, chatwootCalls(conversationId, contactId, messageId), {
      api_access_token: sandbox.describe().chatwoot.token,
    });
    expect(sandbox.chatwoot.state.conversations.get(conversationId)?.messages.at(-1)?.attachments).toHaveLength(1);
  });

  it('of Stripe has a good call', async () => {
    const { invoice, event } = sandbox.stripe.failPayment({});
    await callAll(sandbox.stripe, stripeCalls(invoice.id, invoice.customerId, event.id), {
      authorization: `Bearer ${sandbox.describe().stripe.key}`,
    });
  });

  it('of Slack has a good call', async () => {
    const headers = { authorization: `Bearer ${sandbox.describe().slack.token}` };
    const first = await call(sandbox.slack.origin, 'POST', '/api/chat.postMessage', { headers, body: { channel: 'C0123', text: 'x' } });
    await callAll(sandbox.slack, slackCalls(first.textAt('ts')), headers);
  });

  it('breaks nowhere inside', () => {
    const broken = [sandbox.deskwoot, sandbox.chatwoot, sandbox.stripe, sandbox.slack].flatMap((handle) =>
      handle.journal.requests().flatMap((one) => one.broke ?? []),
    );
    expect(broken).toEqual([]);
  });
});
