import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startDeskwoot } from '../../sandbox/deskwoot/index.ts';
import { call, lookInto, type Looked } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const MAIN = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));

describe('the sandbox in a process of its own', () => {
  let receiver: Receiver;
  let child: ChildProcess;
  let told: Looked;

  beforeEach(async () => {
    receiver = await startReceiver();
    child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        MAIN,
        '--hook-deskwoot',
        receiver.url,
        '--hook-chatwoot',
        receiver.url,
        '--hook-stripe',
        receiver.url,
        '--hook-slack',
        receiver.url,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (child.stdout === null) throw new Error('no output to read');
    for await (const line of createInterface({ input: child.stdout })) {
      told = lookInto(line);
      break;
    }
  });

  afterEach(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
    await receiver.close();
  });

  it('tells its addresses, tokens and secrets, and is driven over HTTP', async () => {
    const conversation = await call(told.textAt('deskwoot.origin'), 'POST', '/_sandbox/new-conversation', {
      body: { text: 'Hi', email: 'lisa@example.com' },
    });
    const failed = await call(told.textAt('stripe.origin'), 'POST', '/_sandbox/fail-payment', {
      body: { amountDue: 500, currency: 'jpy' },
    });
    const id = conversation.textAt('conversationId');
    const read = await call(told.textAt('deskwoot.origin'), 'GET', `/api/v1/conversations/${id}`, {
      headers: { authorization: `Bearer ${told.textAt('deskwoot.token')}` },
    });
    expect([read.at('contact.email'), failed.at('invoiceId'), receiver.received.length]).toEqual([
      'lisa@example.com',
      expect.stringMatching(/^in_/),
      4,
    ]);
  });

  it('does a driver many times at once, and has every webhook answered before it returns', async () => {
    const origin = told.textAt('chatwoot.origin');
    const made = await call(origin, 'POST', '/_sandbox/customer-message', { body: { text: 'm{n}', count: 50, concurrency: 8 } });
    const state = await call(origin, 'GET', '/_sandbox/state');
    const hooks = await call(origin, 'GET', '/_sandbox/hooks');
    expect([made.at('count'), state.at(), hooks.at('counts.delivered')]).toEqual([
      50,
      { contacts: 50, conversations: 50, messages: 50 },
      receiver.received.length,
    ]);
  });

  it('shows journal and threads, and explains what it does not know', async () => {
    const origin = told.textAt('slack.origin');
    await call(origin, 'POST', '/api/chat.postMessage', {
      headers: { authorization: `Bearer ${told.textAt('slack.token')}` },
      form: { channel: 'C0123', text: 'x' },
    });
    const journal = await call(origin, 'GET', '/_sandbox/journal?method=POST');
    const state = await call(origin, 'GET', '/_sandbox/state?channel=C0123');
    const unknown = await call(origin, 'POST', '/_sandbox/nothing', { body: {} });
    expect([journal.at('requests.0.route'), state.at('threads.0.text'), unknown.status, unknown.at('error')]).toEqual([
      '/api/chat.postMessage',
      'x',
      404,
      expect.stringContaining('user-message'),
    ]);
  });
});

describe('the sandbox under load', () => {
  it('answers as fast with 100,000 messages as with none', async () => {
    const desk = await startDeskwoot({ accountId: 'a', tokens: [{ value: 't', userId: 'user_bridge', scopes: ['read', 'write'] }] });
    const headers = { authorization: 'Bearer t' };
    const converse = async (id: string): Promise<number> => {
      const start = performance.now();
      for (let n = 0; n < 20; n += 1)
        await call(desk.origin, 'POST', `/api/v1/conversations/${id}/messages`, { headers, body: { content: 'x' } });
      await call(desk.origin, 'GET', '/api/v1/accounts/a/conversations', { headers });
      return performance.now() - start;
    };
    let last = desk.customerWrites('new', 'first').conversationId;
    const aloneMs = await converse(last);
    for (let n = 1; n < 10_000; n += 1) last = desk.customerWrites('new', 'first').conversationId;
    for (const id of [...desk.state.conversations.keys()]) for (let n = 0; n < 9; n += 1) desk.customerWrites(id, 'more');
    const tookMs = await converse(last);
    const state = await call(desk.origin, 'GET', '/_sandbox/state');
    await desk.close();
    expect(state.at('messages')).toBe(100_040);
    // On a machine that others use as well, the two are compared and not held against a clock.
    expect(tookMs).toBeLessThan(5 * aloneMs + 500);
  });
});
