import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { createHttpClient } from '../../connectors/call/http-client.ts';
import { parseRetryAfter, untilNextMinute, withJitter } from '../../connectors/call/retry-after.ts';
import { serve } from '../helpers/http-server.ts';
import type { HttpClientOptions } from '../../connectors/call/http-client.ts';
import type { HttpRequest } from '../../connectors/call/http.ts';
import type { Reply } from '../helpers/http-server.ts';

const TOKEN = 'dw_0123456789abcdef';
const NOW_MS = Date.UTC(2026, 10, 21, 10, 0, 30);
const GET: HttpRequest = { method: 'GET', path: '/v1/things/7', route: '/v1/things/:id' };
const POST: HttpRequest = { method: 'POST', path: '/v1/things', route: '/v1/things', json: { email: 'lisa@example.com' } };

describe('a request', () => {
  it('carries the headers, the query and JSON, and its answer is read', async () => {
    const { options, server } = await client({ json: { id: 1 } });
    const answer = await createHttpClient(options).request({ ...POST, query: { page: 2, 'expand[]': 'customer', left: undefined } });
    expect(answer.json()).toEqual({ id: 1 });
    expect(server.taken[0]).toMatchObject({
      method: 'POST',
      path: '/v1/things',
      json: { email: 'lisa@example.com' },
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    });
    expect(Object.fromEntries(server.taken[0]?.query ?? [])).toEqual({ page: '2', 'expand[]': 'customer' });
  });

  it('carries a form', async () => {
    const { options, server } = await client({ json: {} });
    await createHttpClient(options).request({ method: 'POST', path: '/f', route: '/f', form: { text: 'a & b', metadata: '{"k":1}' } });
    expect(server.taken[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(server.taken[0]?.form ?? [])).toEqual({ text: 'a & b', metadata: '{"k":1}' });
  });

  it.each(['https://evil.example/x', '//evil.example/x', 'http:\\\\evil.example/x'])('never leaves its origin: %s', async (path) => {
    const { options } = await client({ json: {} });
    await expect(createHttpClient(options).request({ ...GET, path })).rejects.toMatchObject({ data: { code: 'blocked_address' } });
  });

  it('is not sent after sendBy', async () => {
    const { options, server } = await client({ json: {} });
    await expect(createHttpClient(options).request({ ...POST, sendBy: performance.now() - 1 })).rejects.toMatchObject({
      data: { code: 'send_window_closed', ambiguous: false },
    });
    expect(server.taken).toHaveLength(0);
  });

  it('is held back at the socket when sendBy passes while connecting', async () => {
    const { options, server } = await client({ json: {} });
    const headers = (): { [name: string]: string } => {
      const until = performance.now() + 30;
      while (performance.now() < until);
      return {};
    };
    await expect(createHttpClient({ ...options, headers }).request({ ...POST, sendBy: performance.now() + 15 })).rejects.toMatchObject({
      data: { code: 'send_window_closed', ambiguous: false },
    });
    expect(server.taken).toHaveLength(0);
  });

  it('is sent once, whatever the answer', async () => {
    const { options, server } = await client({ status: 503, json: {} });
    await failure(options, GET);
    expect(server.taken).toHaveLength(1);
  });
});

describe('an answer becomes an error:', () => {
  it.each([
    [301, 'unsupported', 'never', false],
    [400, 'invalid', 'never', false],
    [401, 'unauthorized', 'reauth', false],
    [402, 'forbidden', 'never', false],
    [403, 'forbidden', 'never', false],
    [404, 'not_found', 'never', false],
    [405, 'unsupported', 'never', false],
    [408, 'timeout', 'backoff', true],
    [409, 'conflict', 'never', false],
    [410, 'not_found', 'never', false],
    [413, 'too_large', 'never', false],
    [418, 'unknown_refusal', 'backoff', false],
    [423, 'unknown_refusal', 'backoff', false],
    [499, 'unknown_refusal', 'backoff', false],
    [422, 'invalid', 'never', false],
    [425, 'unavailable', 'backoff', false],
    [429, 'throttled', 'backoff', false],
    [500, 'unavailable', 'backoff', true],
    [501, 'unsupported', 'never', false],
    [503, 'unavailable', 'backoff', true],
    [529, 'unavailable', 'backoff', true],
  ])('%i is %s, retry %s, and ambiguous for a write: %s', async (status, code, kind, ambiguous) => {
    const { options } = await client({ status, json: { error: 'Lisa lisa@example.com' }, headers: { 'x-request-id': 'req_1' } });
    expect(await failure(options, POST)).toMatchObject({
      code,
      retry: { kind },
      status,
      ambiguous,
      requestId: 'req_1',
      operation: 'POST /v1/things',
    });
    expect(await failure(options, GET)).toMatchObject({ code, ambiguous: false });
  });

  it('a 404 that is not JSON says that the address is wrong, not that the record is gone', async () => {
    const { options } = await client({ status: 404, text: '<html>' });
    expect(await failure(options, GET)).toMatchObject({ code: 'unsupported' });
  });

  it.each([
    [403, 'forbidden'],
    [404, 'unsupported'],
  ])('a %i that is not JSON is a proxy speaking and may pass: it is %s, and tried again', async (status, code) => {
    const { options } = await client({ status, text: '<html>' });
    expect(await failure(options, GET)).toMatchObject({ code, retry: { kind: 'backoff' } });
  });

  it('Retry-After is honoured, with at most a tenth of jitter and never less', async () => {
    const { options } = await client({ status: 429, headers: { 'retry-after': '20' }, json: {} });
    expect(await failure({ ...options, random: () => 0 }, GET)).toMatchObject({ retry: { kind: 'after', ms: 20_000 } });
    expect(await failure({ ...options, random: () => 0.999 }, GET)).toMatchObject({ retry: { kind: 'after', ms: 21_998 } });
  });

  it('the vendor can refine it', async () => {
    const { options } = await client({ status: 403, json: { reason: 'plan' } });
    const explain: HttpClientOptions['explain'] = ({ json }) =>
      JSON.stringify(json).includes('plan') ? { code: 'unsupported', hint: 'Buy more.' } : null;
    expect(await failure({ ...options, explain }, GET)).toMatchObject({ code: 'unsupported', hint: 'Buy more.', retry: { kind: 'never' } });
  });

  it('a body, a token or an address never gets into an error', async () => {
    const { options } = await client({ status: 422, json: { error: 'lisa@example.com is taken', token: TOKEN } });
    const error = await createHttpClient(options)
      .request(POST)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectorError);
    const shown = JSON.stringify(error) + String(error) + (error instanceof Error ? `${error.stack} ${String(error.cause)}` : '');
    expect(shown).not.toContain('lisa');
    expect(shown).not.toContain(TOKEN);
  });

  it('a request id of strange characters is left out', async () => {
    const { options } = await client({ status: 500, json: {}, headers: { 'x-request-id': 'lisa@example.com <b>' } });
    expect(await failure(options, GET)).not.toHaveProperty('requestId');
  });
});

describe('an answer that does not come whole', () => {
  it.each<[string, Reply, string]>([
    ['none in time', () => undefined, 'timeout'],
    [
      'a beginning and then silence',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":'),
      'timeout',
    ],
    ['a reset', (response) => void response.socket?.resetAndDestroy(), 'network'],
    [
      'an end before its time',
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setImmediate(() => response.socket?.destroy());
      },
      'network',
    ],
    ['more than is read', { text: 'x'.repeat(2_000) }, 'too_large'],
    [
      'more than is read, in pieces',
      (response) => {
        response.writeHead(200);
        for (let i = 0; i < 20; i += 1) response.write('x'.repeat(100));
        response.end();
      },
      'too_large',
    ],
  ])('is ambiguous for a write and not for a read: %s', async (_case, reply, code) => {
    const { options } = await client(reply);
    const tight = { ...options, timeoutMs: 150, maxBytes: 1_000 };
    expect(await failure(tight, POST)).toMatchObject({ code, ambiguous: true });
    expect(await failure(tight, GET)).toMatchObject({ code, ambiguous: false });
    expect(await failure(tight, { ...POST, write: false })).toMatchObject({ ambiguous: false });
  });

  it('that is larger than is read says how large it is and what the limit is', async () => {
    const { options } = await client({ text: 'x'.repeat(2_000), headers: { 'content-length': '2000' } });
    const hint = 'The answer has 2000 bytes, and at most 1000 are read.';
    expect(await failure({ ...options, maxBytes: 1_000 }, GET)).toMatchObject({ hint: expect.stringContaining(hint) });
    expect(await createHttpClient({ ...options, maxBytes: 1_000 }).request({ ...GET, maxBytes: 3_000 })).toMatchObject({ status: 200 });
  });

  it('is not ambiguous where no connection came about', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    listener.close();
    await once(listener, 'close');
    expect(await failure({ connection: 'helpdesk', baseUrl: `http://127.0.0.1:${port}`, headers: () => ({}) }, POST)).toMatchObject({
      code: 'network',
      ambiguous: false,
      retry: { kind: 'backoff' },
    });
  });

  it('is not ambiguous where the name does not exist', async () => {
    const options = { connection: 'helpdesk', baseUrl: 'http://nowhere.invalid', headers: () => ({}) };
    expect(await failure(options, POST)).toMatchObject({ code: 'network', ambiguous: false });
  });

  it.each<[string, Reply]>([
    ['HTML', { text: '<html>login</html>', headers: { 'content-type': 'text/html' } }],
    ['JSON by another name', { text: '{}', headers: { 'content-type': 'text/plain' } }],
    ['half of JSON', { text: '{"a":', headers: { 'content-type': 'application/json' } }],
    ['nothing', { text: '', headers: { 'content-type': 'application/json' } }],
  ])('is unreadable where JSON is wanted: %s', async (_case, reply) => {
    const { options } = await client(reply);
    const answer = await createHttpClient(options).request(POST);
    expect(() => answer.json()).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'unreadable_answer', ambiguous: true }) }),
    );
  });

  it('a token with a line break is refused before it is sent', async () => {
    const { options, server } = await client({ json: {} });
    expect(await failure({ ...options, headers: () => ({ authorization: 'Bearer a\nb' }) }, POST)).toMatchObject({
      code: 'invalid',
      ambiguous: false,
    });
    expect(server.taken).toHaveLength(0);
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 1_000],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['99999999', 3_600_000],
    ['Sat, 21 Nov 2026 10:01:00 GMT', 30_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 1_000],
  ])('%j means %i ms', (value, ms) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(ms);
  });

  it.each([undefined, '', '-1', '1.5', '1e3', '0x10', 'soon', '2026-11-21T10:01:00Z', 'Sat, 21 Nov 2026 10:01:00 +0200', '12345678901'])(
    '%j is not understood',
    (value) => {
      expect(parseRetryAfter(value, NOW_MS)).toBeNull();
    },
  );

  it('a fixed window ends at the full minute', () => {
    expect(untilNextMinute(NOW_MS)).toBe(30_000);
  });

  it('jitter only ever adds, a tenth at most', () => {
    expect([withJitter(10_000, () => 0), withJitter(10_000, () => 1)]).toEqual([10_000, 11_000]);
  });
});

async function client(reply: Reply): Promise<{ options: HttpClientOptions; server: Awaited<ReturnType<typeof serve>> }> {
  const server = await serve(() => reply);
  return { server, options: { connection: 'helpdesk', baseUrl: server.url, headers: () => ({ authorization: `Bearer ${TOKEN}` }) } };
}

async function failure(options: HttpClientOptions, request: HttpRequest): Promise<unknown> {
  const error = await createHttpClient(options)
    .request(request)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) throw new Error('the request did not fail as it must', { cause: error });
  return error.data;
}
