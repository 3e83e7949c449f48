import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ChatwootHandle, type ChatwootOptions, startChatwoot } from '../../sandbox/chatwoot/index.ts';
import { type Answered, call } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const ADMIN = 'admin-token';
const AGENT = 'agent-token';
const BOT = 'bot-token';
const A = '/api/v1/accounts/1';

let receiver: Receiver;
let desk: ChatwootHandle;

function start(more: Partial<ChatwootOptions> = {}): Promise<ChatwootHandle> {
  const tokens = [
    { value: ADMIN, kind: 'user' as const, ownerId: 1 },
    { value: AGENT, kind: 'user' as const, ownerId: 2 },
    { value: BOT, kind: 'agent_bot' as const, ownerId: 1 },
  ];
  return startChatwoot({ accountId: 1, tokens, ...more });
}

async function restart(more: Partial<ChatwootOptions>): Promise<void> {
  await desk.close();
  desk = await start(more);
}

function as(token: string, method: string, path: string, body?: unknown): Promise<Answered> {
  return call(desk.origin, method, path, { headers: { api_access_token: token }, ...(body === undefined ? {} : { body }) });
}

async function conversationInApiInbox(): Promise<string> {
  const contact = await as(ADMIN, 'POST', `${A}/contacts`, { inbox_id: 1, name: 'Lisa', email: 'lisa@example.com' });
  const made = await as(ADMIN, 'POST', `${A}/conversations`, { inbox_id: 1, contact_id: Number(contact.textAt('payload.contact.id')) });
  return `${A}/conversations/${made.textAt('id')}`;
}

beforeEach(async () => {
  receiver = await startReceiver();
  desk = await start();
});

afterEach(async () => {
  await desk.close();
  await receiver.close();
});

describe('Chatwoot access', () => {
  it('answers a missing token with {errors} and a wrong one with {error}', async () => {
    const none = await call(desk.origin, 'GET', `${A}/inboxes`);
    const wrong = await as('nobody', 'GET', `${A}/inboxes`);
    expect([none.status, none.at('errors.0'), wrong.status, wrong.at('error')]).toEqual([
      401,
      expect.any(String),
      401,
      'Invalid Access Token',
    ]);
  });

  it.each([
    [BOT, 'GET', '/conversations/1/messages', 'Access to this endpoint is not authorized for bots'],
    [BOT, 'POST', '/contacts', 'Access to this endpoint is not authorized for bots'],
    [AGENT, 'GET', '/webhooks', 'You are not authorized to do this action'],
  ])('%s may not %s %s', async (token, method, path, error) => {
    const answer = await as(token, method, A + path, method === 'POST' ? {} : undefined);
    expect([answer.status, answer.at('error')]).toEqual([401, error]);
  });

  it('shows a spent limit as plain text without Retry-After', async () => {
    desk.faults.add({ kind: '429-no-retry-after' });
    const answer = await as(ADMIN, 'GET', `${A}/inboxes`);
    expect([answer.status, answer.raw, answer.headers.get('retry-after')]).toEqual([429, 'Retry later\n', null]);
  });
});

describe('Chatwoot contacts', () => {
  it.each([
    [{ email: 'LISA@example.com' }, 'email'],
    [{ identifier: 'STRIPE:cus_1' }, 'identifier'],
    [{ phone_number: '+491701234567' }, 'phone_number'],
  ])('refuses a second contact with %j and names the attribute', async (fields, attribute) => {
    await as(ADMIN, 'POST', `${A}/contacts`, {
      name: 'Lisa',
      email: 'lisa@example.com',
      identifier: 'stripe:cus_1',
      phone_number: '+491701234567',
    });
    const second = await as(ADMIN, 'POST', `${A}/contacts`, fields);
    expect([second.status, second.at('attributes')]).toEqual([422, [attribute]]);
  });

  it('makes a twin of a contact without address, telephone number and identifier, and keeps it out of the list', async () => {
    await as(ADMIN, 'POST', `${A}/contacts`, { name: 'Nobody' });
    await as(ADMIN, 'POST', `${A}/contacts`, { name: 'Nobody' });
    expect([desk.state.contacts.size, (await as(ADMIN, 'GET', `${A}/contacts`)).at('meta.count')]).toEqual([2, 0]);
  });

  it.each([
    ['identifier', 'equal_to', 'Stripe:CUS_1', 1],
    ['email', 'equal_to', 'lisa@example.com', 1],
    ['phone_number', 'equal_to', '491701234567', 1],
    ['email', 'equal_to', 'lisa@example', 0],
    ['email', 'contains', 'lisa@example', 1],
  ])('filters %s %s %s to %i', async (attribute_key, filter_operator, value, count) => {
    await as(ADMIN, 'POST', `${A}/contacts`, { email: 'lisa@example.com', identifier: 'stripe:cus_1', phone_number: '+491701234567' });
    const found = await as(ADMIN, 'POST', `${A}/contacts/filter`, {
      payload: [{ attribute_key, filter_operator, values: [value], query_operator: null }],
    });
    expect(found.at('meta.count')).toBe(count);
  });

  it.each([
    [{ attribute_key: 'shoe_size', filter_operator: 'equal_to', values: ['1'] }],
    [{ attribute_key: 'email', filter_operator: 'is', values: ['1'] }],
    [{ attribute_key: 'email', filter_operator: 'equal_to', values: [] }],
  ])('refuses the filter %j with 422', async (condition) => {
    expect((await as(ADMIN, 'POST', `${A}/contacts/filter`, { payload: [condition] })).status).toBe(422);
  });

  it('merges attributes one level deep', async () => {
    const made = await as(ADMIN, 'POST', `${A}/contacts`, { email: 'a@example.com', custom_attributes: { a: 1, b: 1 } });
    const path = `${A}/contacts/${made.textAt('payload.contact.id')}`;
    expect((await as(ADMIN, 'PUT', path, { custom_attributes: { b: 2 } })).at('payload.custom_attributes')).toEqual({ a: 1, b: 2 });
  });

  it("shows a contact's twenty newest conversations", async () => {
    const { contactId } = desk.customerWrites('new', 'first', [], { email: 'a@example.com' });
    for (let n = 0; n < 21; n += 1) desk.customerWrites('new', 'more', [], { email: 'a@example.com' });
    const shown = await as(ADMIN, 'GET', `${A}/contacts/${contactId}/conversations`);
    expect([shown.at('payload.0.id'), shown.at('payload.19.id'), shown.at('payload.20')]).toEqual([22, 3, undefined]);
  });
});

describe('Chatwoot conversations', () => {
  it('lists open ones only, unless told otherwise, and finds one by its source id', async () => {
    const path = await conversationInApiInbox();
    await as(ADMIN, 'POST', `${path}/toggle_status`, { status: 'resolved' });
    const sourceId = [...desk.state.conversations.values()][0]?.sourceId ?? '';
    const open = await as(ADMIN, 'GET', `${A}/conversations`);
    const all = await as(ADMIN, 'GET', `${A}/conversations?status=all&inbox_id=1&source_id=${sourceId}`);
    expect([open.at('data.meta.all_count'), all.at('data.payload.0.status')]).toEqual([0, 'resolved']);
  });

  it('flips the status when none is given, and breaks on an unknown one', async () => {
    const path = await conversationInApiInbox();
    const flipped = await as(ADMIN, 'POST', `${path}/toggle_status`, {});
    const broken = await as(ADMIN, 'POST', `${path}/toggle_status`, { status: 'bot' });
    expect([flipped.at('payload.current_status'), broken.status, broken.headers.get('content-type')]).toEqual([
      'resolved',
      500,
      'text/html; charset=UTF-8',
    ]);
  });

  it('replaces labels and custom attributes as a whole', async () => {
    const path = await conversationInApiInbox();
    await as(ADMIN, 'POST', `${path}/labels`, { labels: ['vip'] });
    await as(ADMIN, 'POST', `${path}/labels`, { labels: ['dunning'] });
    await as(ADMIN, 'POST', `${path}/custom_attributes`, { custom_attributes: { a: 1 } });
    await as(ADMIN, 'POST', `${path}/custom_attributes`, { custom_attributes: { b: 2 } });
    const shown = await as(ADMIN, 'GET', path);
    expect([shown.at('labels'), shown.at('custom_attributes')]).toEqual([['dunning'], { b: 2 }]);
  });

  it('refuses a number above ten digits among its attributes', async () => {
    const path = await conversationInApiInbox();
    expect((await as(ADMIN, 'POST', `${path}/custom_attributes`, { custom_attributes: { shopify: 10_000_000_000 } })).status).toBe(422);
  });

  it('lets assignee_id win over team_id, even as null', async () => {
    const path = await conversationInApiInbox();
    await as(ADMIN, 'POST', `${path}/assignments`, { assignee_id: null, team_id: 1 });
    await as(ADMIN, 'POST', `${path}/assignments`, { assignee_id: 2 });
    const shown = await as(ADMIN, 'GET', path);
    expect([shown.at('meta.assignee.id'), shown.at('meta.team')]).toEqual([2, undefined]);
  });
});

describe('Chatwoot messages', () => {
  it('pages as the server does: 20 newest, 20 before, 100 after, both together from after on', async () => {
    await restart({ messagesPerMinute: 1000 });
    const path = await conversationInApiInbox();
    for (let n = 1; n <= 150; n += 1) desk.customerWrites(1, `m${n}`);
    const ids = async (query: string): Promise<readonly unknown[]> => {
      const shown = (await as(ADMIN, 'GET', `${path}/messages${query}`)).at('payload');
      return Array.isArray(shown) ? [shown.length, shown[0]?.id, shown.at(-1)?.id] : [];
    };
    expect(await ids('')).toEqual([20, 131, 150]);
    expect(await ids('?before=131')).toEqual([20, 111, 130]);
    expect(await ids('?after=10')).toEqual([100, 11, 110]);
    expect(await ids('?after=10&before=13')).toEqual([3, 10, 12]);
  });

  it('keeps source_id and content_attributes, echoes echo_id, and writes the type as a number', async () => {
    const path = await conversationInApiInbox();
    const made = await as(ADMIN, 'POST', `${path}/messages`, {
      content: 'Hello',
      private: true,
      source_id: 'db:1',
      content_attributes: { key: 'k' },
      echo_id: 'e',
    });
    const read = await as(ADMIN, 'GET', `${path}/messages`);
    expect(made.at()).toMatchObject({ echo_id: 'e', message_type: 1 });
    expect(read.at('payload.0')).toMatchObject({
      source_id: 'db:1',
      content_attributes: { key: 'k' },
      private: true,
      sender: { id: 1, type: 'user' },
    });
    expect(read.at('payload.0.echo_id')).toBeUndefined();
  });

  it('takes incoming messages in API inboxes only', async () => {
    const { conversationId } = desk.customerWrites('new', 'Hi', [], { inboxId: 2 });
    const refused = await as(ADMIN, 'POST', `${A}/conversations/${conversationId}/messages`, { content: 'x', message_type: 'incoming' });
    const taken = await as(ADMIN, 'POST', `${await conversationInApiInbox()}/messages`, { content: 'x', message_type: 'incoming' });
    expect([refused.status, refused.at('error'), taken.at('message_type')]).toEqual([
      422,
      'Incoming messages are only allowed in Api inboxes',
      0,
    ]);
  });

  it('refuses more messages a minute than its limit with 422', async () => {
    await restart({ messagesPerMinute: 1 });
    const path = await conversationInApiInbox();
    const statuses = [
      await as(ADMIN, 'POST', `${path}/messages`, { content: 'a' }),
      await as(ADMIN, 'POST', `${path}/messages`, { content: 'b' }),
    ].map((one) => one.status);
    expect(statuses).toEqual([200, 422]);
  });
});

describe('Chatwoot webhooks', () => {
  it('signs timestamp, dot and body, and writes message_type as text on top and as a number inside', async () => {
    desk.subscriptions.push({ kind: 'account', id: 1, url: receiver.url, secret: 'secret', subscriptions: ['message_created'] });
    await desk.customerWrites('new', 'a < b & c').told;
    const one = receiver.received[0];
    const digest = createHmac('sha256', 'secret')
      .update(`${String(one?.headers['x-chatwoot-timestamp'])}.${one?.raw ?? ''}`)
      .digest('hex');
    expect(one?.headers['x-chatwoot-signature']).toBe(`sha256=${digest}`);
    expect(one?.headers['x-chatwoot-delivery']).toMatch(/^[0-9a-f-]{36}$/);
    expect(one?.raw).toContain('a \\u003c b \\u0026 c');
    expect([one?.at('message_type'), one?.at('conversation.messages.0.message_type'), one?.at('sender.type')]).toEqual([
      'incoming',
      0,
      undefined,
    ]);
  });

  it('sends no signature and no delivery id from an old server', async () => {
    desk.subscriptions.push({ kind: 'account', id: 1, url: receiver.url, secret: null, subscriptions: ['message_created'] });
    await desk.customerWrites('new', 'Hi').told;
    expect(Object.keys(receiver.received[0]?.headers ?? {}).filter((name) => name.startsWith('x-chatwoot'))).toEqual([]);
  });

  it("tells of a customer's first message all that the server tells", async () => {
    desk.subscriptions.push({ kind: 'account', id: 1, url: receiver.url, secret: 's' });
    await desk.customerWrites('new', 'Hi').told;
    expect(receiver.received.map((one) => one.at('event')).sort()).toEqual([
      'contact_created',
      'contact_updated',
      'conversation_created',
      'conversation_updated',
      'message_created',
    ]);
  });

  it("echoes what the API writes, with the token's owner as the sender", async () => {
    const path = await conversationInApiInbox();
    desk.subscriptions.push({ kind: 'api-inbox', id: 1, inboxId: 1, url: receiver.url, secret: 's' });
    await as(ADMIN, 'POST', `${path}/messages`, { content: 'Hello', content_attributes: { key: 'k' } });
    await as(ADMIN, 'POST', `${path}/toggle_priority`, { priority: 'high' });
    await desk.hooks.idle();
    const [message, , priority] = receiver.received;
    expect(message?.at()).toMatchObject({
      event: 'message_created',
      message_type: 'outgoing',
      sender: { id: 1, type: 'user' },
      content_attributes: { key: 'k' },
    });
    expect(priority?.at('changed_attributes')).toEqual([{ priority: { previous_value: null, current_value: 'high' } }]);
  });

  it.each([
    [{}, { account: { id: 1 } }],
    [{ accountOnConversations: false, performedBy: true }, { performed_by: { type: 'contact', id: 1 } }],
  ])('has conversation events in the form %j', async (form, expected) => {
    await restart({ form });
    desk.subscriptions.push({ kind: 'account', id: 1, url: receiver.url, secret: 's', subscriptions: ['conversation_created'] });
    await desk.customerWrites('new', 'Hi').told;
    expect(receiver.received[0]?.at()).toMatchObject(expected);
    expect('account' in Object(receiver.received[0]?.at())).toBe('account' in expected);
  });

  it.each([
    ['account', 500, 1],
    ['api-inbox', 500, 1],
    ['agent-bot', 500, 3],
    ['agent-bot', 429, 3],
    ['agent-bot', 503, 1],
  ] as const)('%s answered %i makes %i attempts with one delivery id', async (kind, status, attempts) => {
    await restart({ botWaitMs: 5 });
    const { conversationId } = desk.customerWrites('new', 'Hi');
    await desk.hooks.idle();
    desk.subscriptions.push({
      kind,
      id: 1,
      url: receiver.url,
      secret: 's',
      ...(kind === 'account' ? { subscriptions: ['message_created'] } : {}),
    });
    receiver.answers.push(status, status, status);
    desk.agentWrites(conversationId, 'note', { private: true });
    await desk.hooks.idle();
    expect([receiver.received.length, new Set(receiver.received.map((one) => one.headers['x-chatwoot-delivery'])).size]).toEqual([
      attempts,
      1,
    ]);
  });

  it('registers one webhook per address, and refuses unknown events', async () => {
    const first = await as(ADMIN, 'POST', `${A}/webhooks`, { url: receiver.url, subscriptions: ['message_created'] });
    const again = await as(ADMIN, 'POST', `${A}/webhooks`, { url: receiver.url });
    const unknown = await as(ADMIN, 'POST', `${A}/webhooks`, { url: `${receiver.url}2`, subscriptions: ['contact_deleted'] });
    expect([first.status, typeof first.at('payload.webhook.secret'), again.status, again.at('message'), unknown.status]).toEqual([
      200,
      'string',
      422,
      'Url has already been taken',
      422,
    ]);
  });
});
