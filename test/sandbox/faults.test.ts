import { performance } from 'node:perf_hooks';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type DeskwootHandle, startDeskwoot } from '../../sandbox/deskwoot/index.ts';
import { type Answered, call } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const TOKEN = 'dw_test';

let receiver: Receiver;
let desk: DeskwootHandle;
let path: string;

beforeEach(async () => {
  receiver = await startReceiver();
  desk = await startDeskwoot({ accountId: 'acc_1', tokens: [{ value: TOKEN, userId: 'user_bridge', scopes: ['read', 'write'] }] });
  path = `/api/v1/conversations/${desk.customerWrites('new', 'Hi').conversationId}/messages`;
});

afterEach(async () => {
  await desk.close();
  await receiver.close();
});

function write(): Promise<Answered> {
  return call(desk.origin, 'POST', path, { headers: { authorization: `Bearer ${TOKEN}` }, body: { content: 'Hello' } });
}

function written(): number {
  return [...desk.state.conversations.values()][0]?.messages.filter((one) => one.content === 'Hello').length ?? 0;
}

describe('faults of requests', () => {
  it.each([
    ['429', 429, '7', 0],
    ['429-no-retry-after', 429, null, 0],
    ['500', 500, null, 0],
    ['500-after-write', 500, null, 1],
    ['expired-token', 401, null, 0],
    ['html-503', 503, '7', 0],
  ] as const)('%s answers %i once, with Retry-After %s, and leaves %i written', async (kind, status, retryAfter, left) => {
    desk.faults.add({ kind, retryAfter: 7 });
    const met = await write();
    expect([met.status, met.headers.get('retry-after'), written()]).toEqual([status, retryAfter, left]);
    expect((await write()).status).toBe(201);
  });

  it.each([
    ['reset', 0],
    ['reset-after-write', 1],
    ['truncated', 1],
    ['down', 0],
  ] as const)('%s breaks the answer off and leaves %i written', async (kind, left) => {
    desk.faults.add({ kind });
    await expect(write()).rejects.toThrow();
    expect(written()).toBe(left);
  });

  it('slow holds the answer back', async () => {
    desk.faults.add({ kind: 'slow', ms: 80 });
    const start = performance.now();
    expect((await write()).status).toBe(201);
    expect(performance.now() - start).toBeGreaterThan(70);
  });

  it('down lasts until it is cleared, and leaves the control endpoint reachable', async () => {
    await call(desk.origin, 'POST', '/_sandbox/faults', { body: { kind: 'down' } });
    await expect(write()).rejects.toThrow();
    await expect(write()).rejects.toThrow();
    await call(desk.origin, 'DELETE', '/_sandbox/faults');
    expect((await write()).status).toBe(201);
  });

  it('meets only the requests that it names, as often as it says', async () => {
    desk.faults.add({ kind: '500', times: 2, match: { method: 'POST', path: '/api/v1/conversations/*/messages' } });
    const me = await call(desk.origin, 'GET', '/api/v1/me', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([me.status, (await write()).status, (await write()).status, (await write()).status]).toEqual([200, 500, 500, 201]);
  });

  it('refuses a kind that it does not know, and lists those it does', async () => {
    const answer = await call(desk.origin, 'POST', '/_sandbox/faults', { body: { kind: 'flood' } });
    expect([answer.status, answer.textAt('error')]).toEqual([400, expect.stringContaining('reset-after-write')]);
  });

  it('is written in the journal beside status, route and body', async () => {
    desk.faults.add({ kind: '500-after-write' });
    await write();
    await call(desk.origin, 'POST', path, {
      headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': 'k1' },
      body: { content: 'Hello' },
    });
    const route = '/api/v1/conversations/:conversationId/messages';
    expect(desk.journal.requests({ method: 'POST' })).toMatchObject([
      { route, status: 500, fault: '500-after-write', body: '{"content":"Hello"}' },
      { route, status: 201, fault: null, idempotencyKey: 'k1' },
    ]);
    expect([desk.journal.count({ route }), desk.journal.count({ route, status: 201 })]).toEqual([2, 1]);
  });
});

describe('faults of webhooks', () => {
  beforeEach(() => {
    desk.subscriptions.push({ url: receiver.url, secret: 's', subscriptions: ['message.created'] });
  });

  async function say(...texts: readonly string[]): Promise<unknown[]> {
    const id = path.split('/')[4] ?? '';
    for (const text of texts) desk.customerWrites(id, text);
    await desk.hooks.idle();
    return receiver.received.map((one) => one.at('data.content'));
  }

  it('arrive in order when nothing is wrong', async () => {
    expect(await say('a', 'b', 'c')).toEqual(['a', 'b', 'c']);
  });

  it('of one record wait for the answer to the one before; those of others do not', async () => {
    const release = receiver.hold();
    const id = path.split('/')[4] ?? '';
    desk.customerWrites(id, 'first');
    desk.customerWrites(id, 'second');
    await receiver.arrived(1);
    desk.customerWrites('new', 'other');
    await receiver.arrived(2);
    const untilThen = receiver.received.map((one) => one.at('data.content'));
    release();
    await desk.hooks.idle();
    expect([untilThen, receiver.received[2]?.at('data.content')]).toEqual([['first', 'other'], 'second']);
  });

  it('duplicate sends the same body twice', async () => {
    desk.faults.add({ kind: 'hook-duplicate' });
    expect(await say('a', 'b')).toEqual(['a', 'a', 'b']);
  });

  it('reordered lets the next one of the same record go first', async () => {
    desk.faults.add({ kind: 'hook-reordered' });
    expect(await say('a', 'b', 'c')).toEqual(['b', 'a', 'c']);
  });

  it('reordered lets the last one go when no other comes', async () => {
    desk.faults.add({ kind: 'hook-reordered' });
    expect(await say('a')).toEqual(['a']);
  });

  it('dropped sends nothing', async () => {
    desk.faults.add({ kind: 'hook-dropped' });
    expect(await say('a', 'b')).toEqual(['b']);
  });

  it('delayed sends later than what came after', async () => {
    desk.faults.add({ kind: 'hook-delayed', ms: 60 });
    expect(await say('a', 'b')).toEqual(['b', 'a']);
  });
});
