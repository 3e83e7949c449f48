import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { slackHeaders } from '../../../connectors/slack/call/access.ts';
import { createSlackClient } from '../../../connectors/slack/ports/chat.ts';
import { cutText } from '../../../connectors/slack/ports/mapping.ts';
import { serve } from '../../helpers/http-server.ts';
import type { ChatClient } from '../../../connectors/ports/chat.ts';
import type { Reply, Taken, TestServer } from '../../helpers/http-server.ts';

const MARK = 'f3a1c0ffee';
const send = { mark: MARK, sendBy: Number.POSITIVE_INFINITY };
const SINCE_MS = 1_700_000_000_000;

describe('posting to Slack', () => {
  it('goes by form, with the mark as metadata, and makes nothing of the text a link or mention', async () => {
    const { client, server } = await open(() => ({ json: { ok: true, channel: 'C1', ts: '1700000000.000100' } }));
    expect(await client.post({ channel: 'C1', thread: '1699999999.000001', text: 'Hello &amp; bye' }, send)).toMatchObject({
      ts: '1700000000.000100',
    });
    expect(server.taken[0]).toMatchObject({ path: '/api/chat.postMessage', headers: { authorization: 'Bearer xoxb-test' } });
    const { metadata, ...form } = Object.fromEntries(server.taken[0]?.form ?? []);
    expect(form).toEqual({
      channel: 'C1',
      thread_ts: '1699999999.000001',
      text: 'Hello &amp; bye',
      parse: 'none',
      link_names: 'false',
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
    expect(JSON.parse(metadata ?? '')).toEqual({ event_type: 'deskbridge_message', event_payload: { key: MARK } });
  });

  it.each<[string, string, string, boolean]>([
    ['invalid_auth', 'unauthorized', 'reauth', false],
    ['token_revoked', 'unauthorized', 'reauth', false],
    ['account_inactive', 'unauthorized', 'reauth', false],
    ['missing_scope', 'forbidden', 'never', false],
    ['channel_not_found', 'forbidden', 'never', false],
    ['not_in_channel', 'forbidden', 'never', false],
    ['is_archived', 'forbidden', 'never', false],
    ['msg_too_long', 'invalid', 'never', false],
    ['no_text', 'invalid', 'never', false],
    ['thread_not_found', 'not_found', 'never', false],
    ['cant_update_message', 'invalid', 'never', false],
    ['method_deprecated', 'unsupported', 'never', false],
    ['ratelimited', 'throttled', 'after', false],
    ['rate_limited', 'throttled', 'after', false],
    ['message_limit_exceeded', 'throttled', 'after', false],
    ['service_unavailable', 'unavailable', 'backoff', false],
    ['team_added_to_org', 'unavailable', 'backoff', false],
    ['org_login_required', 'unavailable', 'backoff', false],
    ['internal_error', 'unavailable', 'backoff', true],
    ['fatal_error', 'unavailable', 'backoff', true],
    ['request_timeout', 'unavailable', 'backoff', true],
    ['something_new', 'unknown_refusal', 'backoff', true],
  ])('a 200 that says %s is %s, retry %s, ambiguous %s', async (error, code, kind, ambiguous) => {
    const { client } = await open(() => ({ json: { ok: false, error }, headers: { 'x-slack-req-id': 'abc123' } }));
    await expect(client.post({ channel: 'C1', thread: null, text: 'x' }, send)).rejects.toMatchObject({
      data: {
        code,
        retry: { kind },
        ambiguous,
        requestId: 'abc123',
        operation: 'POST /api/chat.postMessage',
        hint: expect.stringContaining(error),
      },
    });
  });

  it('names the scope that is needed', async () => {
    const { client } = await open(() => ({ json: { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'x' } }));
    await expect(client.probe()).rejects.toMatchObject({ data: { hint: expect.stringContaining('chat:write') } });
  });

  it('a 429 is waited for as long as it says', async () => {
    const { client } = await open(() => ({ status: 429, json: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': '30' } }));
    const error = await client.post({ channel: 'C1', thread: null, text: 'x' }, send).catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty(
      'data.retry.ms',
      expect.toSatisfy((ms: number) => ms >= 30_000 && ms <= 33_000),
    );
  });
});

describe('a reply to a thread in Slack', () => {
  const post = { channel: 'C1', thread: '1.0', text: 'Hi' };

  it.each([
    ['stands in it where the answer names the thread', { message: { text: 'Hi', thread_ts: '1.0' } }, true],
    ['has strayed into the channel where the message of the answer names none', { message: { text: 'Hi' } }, false],
    ['counts as standing in it where the answer shows no message', {}, true],
  ])('%s', async (_title, answer, threaded) => {
    const { client } = await open(() => ({ json: { ok: true, channel: 'C1', ts: '2.0', ...answer } }));
    expect(await client.post(post, send)).toEqual({ ts: '2.0', threaded });
  });

  it('can be given another text, and keeps its mark', async () => {
    const { client, server } = await open(() => ({ json: { ok: true, channel: 'C1', ts: '2.0', text: 'x' } }));
    await client.edit({ channel: 'C1', ts: '2.0', text: 'New' }, send);
    expect(server.taken[0]?.path).toBe('/api/chat.update');
    expect(Object.fromEntries(server.taken[0]?.form ?? [])).toEqual({
      channel: 'C1',
      ts: '2.0',
      text: 'New',
      parse: 'none',
      link_names: 'false',
    });
  });
});

describe('the scopes of a token for Slack', () => {
  it.each<[string | undefined, readonly [string, boolean][]]>([
    ['chat:write,channels:history,groups:history', []],
    ['chat:write, channels:history', [['groups:history', false]]],
    ['chat:write,groups:history', [['channels:history', false]]],
    ['chat:write', [['channels:history and groups:history', true]]],
    ['channels:history,groups:history', [['chat:write', true]]],
    [undefined, []],
  ])('%s lack %j, with whether it is serious', async (granted, lacking) => {
    const headers = granted === undefined ? {} : { 'x-oauth-scopes': granted };
    const { client, server } = await open(() => ({ json: { ok: true }, headers }));
    const lacks = await client.lacks();
    expect(lacks.map(({ serious }) => serious)).toEqual(lacking.map(([, serious]) => serious));
    for (const [index, [scopes]] of lacking.entries()) expect(lacks[index]?.text).toContain(scopes);
    expect(server.taken.map(({ path }) => path)).toEqual(['/api/auth.test']);
  });
});

describe('looking for a message in Slack', () => {
  it('reads the thread by its metadata, page by page, since shortly before the intent', async () => {
    const { client, server } = await open((request) =>
      request.form.get('cursor') === 'next'
        ? page([message('3.0', MARK)])
        : page([message('1.0', null), message('2.0', 'another')], 'next'),
    );
    expect(await client.find({ channel: 'C1', thread: '1.0', mark: MARK, sinceMs: SINCE_MS })).toEqual({ ts: '3.0', threaded: true });
    expect(server.taken.map((one) => one.path)).toEqual(['/api/conversations.replies', '/api/conversations.replies']);
    expect(Object.fromEntries(server.taken[0]?.form ?? [])).toMatchObject({
      channel: 'C1',
      ts: '1.0',
      include_all_metadata: 'true',
      oldest: '1699999940.000000',
    });
  });

  it('reads the channel where there is no thread', async () => {
    const { client, server } = await open(() => page([]));
    expect(await client.find({ channel: 'C1', thread: null, mark: MARK, sinceMs: SINCE_MS })).toBeNull();
    expect(server.taken[0]?.path).toBe('/api/conversations.history');
  });

  it('reads the channel too where the thread has nothing or is gone, for a reply to a thread that was deleted stands there', async () => {
    for (const thread of [page([]), { json: { ok: false, error: 'thread_not_found' } }]) {
      const { client } = await open((request) => (request.path.endsWith('.replies') ? thread : page([message('5.0', MARK)])));
      expect(await client.find({ channel: 'C1', thread: '1.0', mark: MARK, sinceMs: SINCE_MS })).toEqual({ ts: '5.0', threaded: false });
    }
  });

  it('does not call a message absent while Slack withholds the metadata of our own messages', async () => {
    const { client } = await open(() => page([{ ts: '1.0', metadata: { event_type: 'deskbridge_message' } }]));
    await expect(client.find({ channel: 'C1', thread: null, mark: MARK, sinceMs: SINCE_MS })).rejects.toMatchObject({
      data: { code: 'unsupported', hint: expect.stringContaining('metadata.message:read') },
    });
  });

  it('does not take metadata of another app for its own', async () => {
    const { client } = await open(() => page([{ ts: '1.0', metadata: { event_type: 'other', event_payload: { key: MARK } } }]));
    expect(await client.find({ channel: 'C1', thread: null, mark: MARK, sinceMs: SINCE_MS })).toBeNull();
  });

  it('does not call a message absent that it could not look for far enough', async () => {
    const { client, server } = await open(() => page([message('1.0', null)], 'next'));
    await expect(client.find({ channel: 'C1', thread: null, mark: MARK, sinceMs: SINCE_MS })).rejects.toMatchObject({
      data: { code: 'unsupported', retry: { kind: 'never' } },
    });
    expect(server.taken).toHaveLength(10);
  });

  it('that fails is never ambiguous, for it writes nothing', async () => {
    const { client } = await open(() => ({ json: { ok: false, error: 'internal_error' } }));
    await expect(client.find({ channel: 'C1', thread: null, mark: MARK, sinceMs: SINCE_MS })).rejects.toMatchObject({
      data: { ambiguous: false },
    });
  });
});

describe('text that is too long', () => {
  it.each([
    ['plain', 'a'.repeat(5_000), `${'a'.repeat(3_999)}…`],
    ['a character of two units', `${'a'.repeat(3_998)}😀${'b'.repeat(50)}`, `${'a'.repeat(3_998)}…`],
    ['an escape', `${'a'.repeat(3_996)}&amp;${'b'.repeat(50)}`, `${'a'.repeat(3_996)}…`],
    ['a link', `${'a'.repeat(3_980)}<https://example.com/a|label>${'b'.repeat(50)}`, `${'a'.repeat(3_980)}…`],
  ])('is cut, never within %s', (_case, text, cut) => {
    expect(cutText(text)).toBe(cut);
  });

  it('is left alone up to 4,000', () => {
    expect(cutText('a'.repeat(4_000))).toHaveLength(4_000);
    expect(cutText('a'.repeat(4_000))).not.toContain('…');
  });
});

async function open(reply: (request: Taken) => Reply): Promise<{ client: ChatClient; server: TestServer }> {
  const server = await serve(reply);
  const http = createHttpClient({ connection: 'team', baseUrl: server.url, headers: () => slackHeaders(new Secret('xoxb-test')) });
  return { server, client: createSlackClient({ http, connection: 'team' }) };
}

function page(messages: readonly unknown[], cursor = ''): Reply {
  return { json: { ok: true, messages, has_more: cursor !== '', response_metadata: { next_cursor: cursor } } };
}

function message(ts: string, mark: string | null): unknown {
  return {
    type: 'message',
    ts,
    text: 'x',
    ...(mark === null ? {} : { metadata: { event_type: 'deskbridge_message', event_payload: { key: mark } } }),
  };
}
