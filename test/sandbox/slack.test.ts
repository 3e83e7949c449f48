import { createHmac } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type SlackHandle, type SlackOptions, startSlack } from '../../sandbox/slack/index.ts';
import { type Answered, call, lookInto } from './call.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const TOKEN = 'xoxb-1';
const SECRET = 'signing-secret';
const MARK = { event_type: 'deskbridge_message', event_payload: { key: 'k1' } };

let receiver: Receiver;
let slack: SlackHandle;

function start(more: Partial<SlackOptions> = {}): Promise<SlackHandle> {
  const scopes = ['chat:write', 'channels:history', 'users:read'];
  return startSlack({ tokens: [{ value: TOKEN, scopes }], signingSecret: SECRET, retryWaitsMs: [1, 1, 1], ...more });
}

async function restart(more: Partial<SlackOptions>): Promise<void> {
  await slack.close();
  slack = await start(more);
}

function form(method: string, fields: Record<string, string>, token = TOKEN): Promise<Answered> {
  return call(slack.origin, 'POST', `/api/${method}`, { headers: { authorization: `Bearer ${token}` }, form: fields });
}

function listen(): void {
  Object.assign(slack.urls, { events: receiver.url, commands: receiver.url, interactivity: receiver.url });
}

beforeEach(async () => {
  receiver = await startReceiver();
  slack = await start();
});

afterEach(async () => {
  await slack.close();
  await receiver.close();
});

describe('Slack methods', () => {
  it('takes a post as a form and as JSON, and shows threads with their keys', async () => {
    const root = await form('chat.postMessage', { channel: 'C0123', text: 'Root', metadata: JSON.stringify(MARK) });
    const body = { channel: 'C0123', text: 'Reply', thread_ts: root.textAt('ts'), metadata: { ...MARK, event_payload: { key: 'k2' } } };
    const reply = await call(slack.origin, 'POST', '/api/chat.postMessage', { headers: { authorization: `Bearer ${TOKEN}` }, body });
    expect(slack.threads('C0123')).toEqual([
      { ts: root.textAt('ts'), text: 'Root', key: 'k1', replies: [{ ts: reply.textAt('ts'), text: 'Reply', key: 'k2' }] },
    ]);
  });

  it('gives every message of a channel a later ts, in one millisecond too', async () => {
    await restart({ clock: () => 1_800_000_000_000 });
    const all = [
      await form('chat.postMessage', { channel: 'C0123', text: 'a' }),
      await form('chat.postMessage', { channel: 'C0123', text: 'b' }),
    ].map((one) => one.textAt('ts'));
    expect(all).toEqual(['1800000000.000000', '1800000000.000001']);
  });

  it.each([
    ['an unknown token', 'chat.postMessage', { channel: 'C0123', text: 'x' }, 'nobody', 'invalid_auth'],
    ['an unknown channel', 'chat.postMessage', { channel: 'C9', text: 'x' }, TOKEN, 'channel_not_found'],
    ['no text', 'chat.postMessage', { channel: 'C0123' }, TOKEN, 'no_text'],
    ['a text that is too long', 'chat.postMessage', { channel: 'C0123', text: 'x'.repeat(40_001) }, TOKEN, 'msg_too_long'],
    ['broken blocks', 'chat.postMessage', { channel: 'C0123', text: 'x', blocks: '{' }, TOKEN, 'invalid_blocks'],
    ['an unknown thread', 'chat.postMessage', { channel: 'C0123', text: 'x', thread_ts: '1.2' }, TOKEN, 'thread_not_found'],
    ['a name without its scope', 'chat.postMessage', { channel: 'C0123', text: 'x', username: 'Lisa' }, TOKEN, 'missing_scope'],
    ['an unknown message', 'chat.update', { channel: 'C0123', text: 'x', ts: '1.2' }, TOKEN, 'message_not_found'],
    ['a deletion of an unknown message', 'chat.delete', { channel: 'C0123', ts: '1.2' }, TOKEN, 'message_not_found'],
    ['an unknown person', 'users.info', { user: 'U9' }, TOKEN, 'user_not_found'],
    ['an unknown method', 'chat.nothing', {}, TOKEN, 'unknown_method'],
  ])('refuses %s with status 200 and a code', async (_case, method, fields, token, error) => {
    const answer = await form(method, fields, token);
    expect([answer.status, answer.at('ok'), answer.at('error')]).toEqual([200, false, error]);
  });

  it('refuses a channel that is archived or that the app is not in', async () => {
    const channel = slack.state.channels.get('C0123');
    Object.assign(channel ?? {}, { member: false });
    const outside = await form('chat.postMessage', { channel: 'C0123', text: 'x' });
    Object.assign(channel ?? {}, { archived: true });
    const archived = await form('chat.postMessage', { channel: 'C0123', text: 'x' });
    expect([outside.at('error'), archived.at('error')]).toEqual(['not_in_channel', 'is_archived']);
  });

  it('takes one post a second per channel when it limits', async () => {
    let now = 1_800_000_000_000;
    await restart({ limitPosts: true, clock: () => now });
    const first = await form('chat.postMessage', { channel: 'C0123', text: 'a' });
    const second = await form('chat.postMessage', { channel: 'C0123', text: 'b' });
    const other = await form('chat.postMessage', { channel: 'C0456', text: 'c' });
    now += 1000;
    const later = await form('chat.postMessage', { channel: 'C0123', text: 'd' });
    expect([first.status, second.status, second.headers.get('retry-after'), other.status, later.status]).toEqual([200, 429, '1', 200, 200]);
  });

  it('shows metadata only on request, the newest first, page by page', async () => {
    for (const text of ['a', 'b', 'c']) await form('chat.postMessage', { channel: 'C0123', text, metadata: JSON.stringify(MARK) });
    const plain = await form('conversations.history', { channel: 'C0123' });
    const first = await form('conversations.history', { channel: 'C0123', limit: '2', include_all_metadata: 'true' });
    const rest = await form('conversations.history', {
      channel: 'C0123',
      limit: '2',
      cursor: first.textAt('response_metadata.next_cursor'),
    });
    expect([plain.at('messages.0.metadata'), first.at('messages.0.metadata.event_payload.key')]).toEqual([undefined, 'k1']);
    expect([first.at('messages.0.text'), first.at('has_more'), rest.at('messages.0.text'), rest.at('has_more')]).toEqual([
      'c',
      true,
      'a',
      false,
    ]);
  });

  it('leaves replies out of the history, and what is not newer than `oldest`', async () => {
    const root = await form('chat.postMessage', { channel: 'C0123', text: 'root' });
    await form('chat.postMessage', { channel: 'C0123', text: 'reply', thread_ts: root.textAt('ts') });
    await form('chat.postMessage', { channel: 'C0123', text: 'next' });
    const since = await form('conversations.history', { channel: 'C0123', oldest: root.textAt('ts') });
    const thread = await form('conversations.replies', { channel: 'C0123', ts: root.textAt('ts') });
    expect([since.at('messages.0.text'), since.at('messages.1')]).toEqual(['next', undefined]);
    expect([thread.at('messages.0.text'), thread.at('messages.0.reply_count'), thread.at('messages.1.text')]).toEqual(['root', 1, 'reply']);
  });

  it('takes a reply to a thread whose first message was deleted, and puts it into the channel', async () => {
    const root = (await form('chat.postMessage', { channel: 'C0123', text: 'root' })).textAt('ts');
    slack.deleteMessage('C0123', root);
    const reply = await form('chat.postMessage', { channel: 'C0123', text: 'reply', thread_ts: root });
    const gone = await form('conversations.replies', { channel: 'C0123', ts: root });
    expect([reply.at('ok'), reply.at('message.thread_ts'), gone.at('error')]).toEqual([true, undefined, 'thread_not_found']);
    expect(slack.threads('C0123')).toMatchObject([{ text: 'reply', replies: [] }]);
  });

  it('lets a thread go on below the tombstone of a first message that had replies', async () => {
    const root = (await form('chat.postMessage', { channel: 'C0123', text: 'root' })).textAt('ts');
    await form('chat.postMessage', { channel: 'C0123', text: 'a', thread_ts: root });
    const person = slack.userWrites({ channel: 'C0123', text: 'mine' }).message.ts;
    await form('chat.delete', { channel: 'C0123', ts: root });
    const reply = await form('chat.postMessage', { channel: 'C0123', text: 'b', thread_ts: root });
    const notOurs = await form('chat.delete', { channel: 'C0123', ts: person });
    const thread = await form('conversations.replies', { channel: 'C0123', ts: root });
    expect([reply.at('message.thread_ts'), notOurs.at('error')]).toEqual([root, 'cant_delete_message']);
    expect([thread.at('messages.0.subtype'), thread.at('messages.1.text'), thread.at('messages.2.text')]).toEqual(['tombstone', 'a', 'b']);
  });

  it('tells the scopes of a token with every answer, and nobody the scopes of another', async () => {
    const ours = await form('auth.test', {});
    const unknown = await form('auth.test', {}, 'nobody');
    expect([ours.headers.get('x-oauth-scopes'), unknown.headers.get('x-oauth-scopes')]).toEqual([
      'chat:write,channels:history,users:read',
      null,
    ]);
  });

  it('shows an e-mail address to those who hold its scope only', async () => {
    const without = await form('users.info', { user: 'U0JAN' });
    await restart({ tokens: [{ value: TOKEN, scopes: ['users:read', 'users:read.email'] }] });
    const held = await form('users.info', { user: 'U0JAN' });
    expect([without.at('user.profile.email'), held.at('user.profile.email')]).toEqual([undefined, 'jan@acme.example']);
  });
});

describe('Slack towards the app', () => {
  it("sends a person's message signed, and again up to three times with the same event id", async () => {
    listen();
    receiver.answers.push(500, 0, 500);
    slack.userWrites({ channel: 'C0123', text: 'Hi' });
    await slack.hooks.idle();
    expect(receiver.received.map((one) => [one.headers['x-slack-retry-num'], one.headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'connection_failed'],
      ['3', 'http_error'],
    ]);
    expect(new Set(receiver.received.map((one) => one.at('event_id'))).size).toBe(1);
    for (const one of receiver.received) {
      const digest = createHmac('sha256', SECRET)
        .update(`v0:${String(one.headers['x-slack-request-timestamp'])}:${one.raw}`)
        .digest('hex');
      expect(one.headers['x-slack-signature']).toBe(`v0=${digest}`);
    }
  });

  it('stops when the app says that it wants no retries', async () => {
    listen();
    receiver.reply.headers = { 'x-slack-no-retry': '1' };
    receiver.answers.push(500);
    await slack.userWrites({ channel: 'C0123', text: 'Hi' }).told;
    expect(receiver.received).toHaveLength(1);
  });

  it('echoes what the app posts, with its bot id', async () => {
    listen();
    await form('chat.postMessage', { channel: 'C0123', text: 'Hello' });
    await slack.hooks.idle();
    expect(receiver.received[0]?.at()).toMatchObject({
      type: 'event_callback',
      team_id: 'T0SANDBOX',
      event: { type: 'message', channel: 'C0123', bot_id: 'B0DESKBRIDGE' },
    });
  });

  it('asks for its challenge in signed JSON, and hands on the answer', async () => {
    listen();
    receiver.reply.body = 'c1';
    const answer = await slack.urlVerification('c1');
    expect([answer.body, receiver.received[0]?.at('type'), receiver.received[0]?.headers['x-slack-signature']]).toEqual([
      'c1',
      'url_verification',
      expect.stringMatching(/^v0=/),
    ]);
  });

  it('checks TLS with an unsigned form', async () => {
    listen();
    await slack.sslCheck();
    expect([receiver.received[0]?.raw, receiver.received[0]?.headers['x-slack-signature']]).toEqual([
      'ssl_check=1&token=sandbox',
      undefined,
    ]);
  });

  it('sends commands and buttons as signed forms, once', async () => {
    listen();
    receiver.answers.push(500, 500);
    await slack.slashCommand({ command: '/desk', text: 'help' });
    await slack.pressButton({ actionId: 'conv.resolve', value: 'v', channel: 'C0123', messageTs: '1.2' });
    const [command, button] = receiver.received.map((one) => new URLSearchParams(one.raw));
    expect([receiver.received.length, command?.get('command'), lookInto(button?.get('payload') ?? '').at('actions.0.action_id')]).toEqual([
      2,
      '/desk',
      'conv.resolve',
    ]);
  });
});
