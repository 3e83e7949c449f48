import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type DeskwootHandle, type DeskwootOptions, startDeskwoot } from '../../sandbox/deskwoot/index.ts';
import { type Answered, call } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const TOKEN = `dw_${'1'.repeat(64)}`;
const NARROW = `dw_${'2'.repeat(64)}`;
const SECRET = 'whsec_test';
const A = '/api/v1/accounts/acc_1';

let receiver: Receiver;
let desk: DeskwootHandle;

async function restart(more: Partial<DeskwootOptions> = {}): Promise<void> {
  await desk.close();
  desk = await start(more);
}

function start(more: Partial<DeskwootOptions> = {}): Promise<DeskwootHandle> {
  const tokens = [
    { value: TOKEN, userId: 'user_bridge', scopes: ['read', 'write'] },
    { value: NARROW, userId: 'user_bridge', scopes: ['contacts:read'] },
  ];
  return startDeskwoot({ accountId: 'acc_1', tokens, subscriptions: [{ url: receiver.url, secret: SECRET }], ...more });
}

function as(token: string, method: string, path: string, body?: unknown): Promise<Answered> {
  return call(desk.origin, method, path, { headers: { authorization: `Bearer ${token}` }, ...(body === undefined ? {} : { body }) });
}

beforeEach(async () => {
  receiver = await startReceiver();
  desk = await start();
});

afterEach(async () => {
  await desk.close();
  await receiver.close();
});

describe('Deskwoot access', () => {
  it.each([
    ['no token', '', 401, '/api/v1/me'],
    ['an unknown token', 'dw_0', 401, '/api/v1/me'],
    ['a scope that the token lacks', NARROW, 403, `${A}/inboxes`],
    ['another account', TOKEN, 404, '/api/v1/accounts/acc_2/inboxes'],
    ['a session operation', TOKEN, 403, `${A}/webhooks`],
    ['an unknown path', TOKEN, 404, '/api/v1/nothing'],
  ])('refuses %s with {error}', async (_case, token, status, path) => {
    const answer = await as(token, 'GET', path);
    expect([answer.status, typeof answer.at('error')]).toEqual([status, 'string']);
  });

  it('tells at /me who the token is and what it may do', async () => {
    const me = await as(NARROW, 'GET', '/api/v1/me');
    expect(me.at()).toMatchObject({
      user: { id: 'user_bridge' },
      accountId: 'acc_1',
      accountIds: ['acc_1'],
      authMethod: 'api_token',
      scopes: ['contacts:read'],
    });
  });

  it('counts the limit per token in fixed windows of a minute, and says when the window ends', async () => {
    let now = 1_800_000_030_000;
    await restart({ rateLimit: { perMinute: 2, retryAfter: true }, clock: () => now });
    const statuses = [await as(TOKEN, 'GET', '/api/v1/me'), await as(TOKEN, 'GET', '/api/v1/me')].map((one) => one.status);
    const third = await as(TOKEN, 'GET', '/api/v1/me');
    const other = await as(NARROW, 'GET', '/api/v1/me');
    now += 30_000;
    const later = await as(TOKEN, 'GET', '/api/v1/me');
    expect([...statuses, third.status, third.headers.get('retry-after'), other.status, later.status]).toEqual([
      200,
      200,
      429,
      '30',
      200,
      200,
    ]);
  });

  it('leaves Retry-After out where it is told so', async () => {
    await restart({ rateLimit: { perMinute: 0, retryAfter: false } });
    const answer = await as(TOKEN, 'GET', '/api/v1/me');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null]);
  });

  it.each([
    ['GET', `${A}/conversations`],
    ['POST', `${A}/conversations`],
    ['POST', `${A}/contacts`],
    ['GET', `${A}/contacts/c1`],
  ])('does not know %s %s when it keeps to its document', async (method, path) => {
    await restart({ documentedOnly: true });
    expect((await as(TOKEN, method, path, method === 'POST' ? {} : undefined)).status).toBe(404);
  });
});

describe('Deskwoot records', () => {
  it('refuses a second contact with an e-mail address, whatever its case', async () => {
    const first = await as(TOKEN, 'POST', `${A}/contacts`, { name: 'Lisa', email: 'lisa@example.com' });
    const second = await as(TOKEN, 'POST', `${A}/contacts`, { email: 'LISA@example.com' });
    expect([first.status, second.status]).toEqual([201, 409]);
  });

  it('makes a conversation with its opening message, and a message twice when asked twice', async () => {
    const contact = await as(TOKEN, 'POST', `${A}/contacts`, { email: 'a@example.com' });
    const made = await as(TOKEN, 'POST', `${A}/conversations`, {
      inboxId: 'inbox_billing',
      contactId: contact.textAt('id'),
      message: 'Hello',
    });
    const path = `/api/v1/conversations/${made.textAt('id')}`;
    await as(TOKEN, 'POST', `${path}/messages`, { content: 'twice', private: true });
    await as(TOKEN, 'POST', `${path}/messages`, { content: 'twice', private: true });
    const messages = await as(TOKEN, 'GET', `${path}/messages`);
    expect(messages.at()).toMatchObject([
      { content: 'Hello', messageType: 'OUTGOING', private: false, sender: { id: 'user_bridge', type: 'user' } },
      { content: 'twice', private: true },
      { content: 'twice', private: true },
    ]);
  });

  it('adds and removes labels one at a time', async () => {
    const { conversationId } = desk.customerWrites('new', 'Hi');
    const path = `/api/v1/conversations/${conversationId}`;
    await as(TOKEN, 'POST', `${path}/labels`, { labelId: 'label_vip' });
    await as(TOKEN, 'POST', `${path}/labels`, { labelId: 'label_dunning' });
    await as(TOKEN, 'DELETE', `${path}/labels?labelId=label_vip`);
    expect((await as(TOKEN, 'GET', path)).at('labels')).toEqual([{ id: 'label_dunning', title: 'dunning', color: '#DC2626' }]);
  });

  it.each([[{ status: 'open' }], [{ priority: 'TOP' }]])('refuses the change %j with 400', async (change) => {
    const { conversationId } = desk.customerWrites('new', 'Hi');
    expect((await as(TOKEN, 'PATCH', `/api/v1/conversations/${conversationId}`, change)).status).toBe(400);
  });

  it('lists contacts in pages with the total', async () => {
    for (let n = 0; n < 3; n += 1) desk.customerWrites('new', 'Hi', [], { email: `c${n}@example.com` });
    const page = await as(TOKEN, 'GET', `${A}/contacts?page=2&pageSize=2`);
    expect([page.at('total'), page.at('page'), page.at('contacts.0.email'), page.at('contacts.1')]).toEqual([
      3,
      2,
      'c0@example.com',
      undefined,
    ]);
  });
});

describe('Deskwoot webhooks', () => {
  it('tells of a new conversation in the order of its making, signed over the body alone', async () => {
    await desk.customerWrites('new', 'Where is my order?', [], { email: 'lisa@example.com' }).told;
    const events = receiver.received.map((one) => one.at('event'));
    expect(events.filter((event) => event !== 'contact.created')).toEqual(['conversation.created', 'message.created']);
    expect(events).toContain('contact.created');
    for (const one of receiver.received)
      expect(one.headers['x-deskwoot-signature']).toBe(createHmac('sha256', SECRET).update(one.raw).digest('hex'));
  });

  it('echoes what the API writes', async () => {
    const { conversationId, told } = desk.customerWrites('new', 'Hi');
    await told;
    receiver.received.length = 0;
    await as(TOKEN, 'POST', `/api/v1/conversations/${conversationId}/messages`, { content: 'Hello' });
    await as(TOKEN, 'PATCH', `/api/v1/conversations/${conversationId}`, { priority: 'HIGH' });
    await as(TOKEN, 'PATCH', `/api/v1/conversations/${conversationId}`, { priority: 'HIGH' });
    await desk.hooks.idle();
    expect(receiver.received.map((one) => [one.at('event'), one.at('data.sender.id') ?? one.at('data.priority')])).toEqual([
      ['message.created', 'user_bridge'],
      ['conversation.updated', 'HIGH'],
    ]);
  });

  it('wears the other envelope when told so', async () => {
    await restart({ envelope: 'type-payload' });
    await desk.customerWrites('new', 'Hi').told;
    expect(receiver.received[0]?.at()).toMatchObject({ type: 'contact.created', payload: { name: 'Lisa Schmidt' } });
  });

  it('never tries again', async () => {
    receiver.answers.push(500, 500, 500);
    await desk.customerWrites('new', 'Hi').told;
    await desk.hooks.idle();
    expect([receiver.received.length, desk.hooks.counts()]).toEqual([3, { queued: 3, delivered: 0 }]);
  });
});
