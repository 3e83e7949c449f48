import { createHash } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver, send, sendRaw } from '../helpers/receiver.ts';

const sign = (body: string | Buffer): Record<string, string> => signFixture(body, NOW_MS);

describe('the body of a webhook', () => {
  it.each([
    ['spaces and key order', '{ "topic" :"t",\t"id":  "1" }'],
    ['escaped slashes', '{"topic":"t","id":"https:\\/\\/shop.example\\/"}'],
    ['escaped letters', '{"topic":"t","id":"\\u00e9\\u003cb\\u003e"}'],
    ['emoji', '{"topic":"t","id":"💥é"}'],
    ['CRLF line ends', '{"topic":"t",\r\n"id":"1"}\r\n'],
  ])('fault 1 and 3: bytes reach the connector and the store as they came: %s', async (_name, body) => {
    const receiver = await openReceiver();
    const reply = await receiver.post('/webhooks/shop', body, sign(body));
    expect(reply.status).toBe(200);
    expect([...receiver.stores.rows.values()].map((row) => row.raw.toString())).toEqual([body]);
  });

  it('fault 2: body re-encoded on its way is answered 401, and the log names length and hash but not the body', async () => {
    const receiver = await openReceiver();
    const sent = '{"topic":"t","id":"very-private"}';
    const changed = '{"topic":"t",\r\n"id":"very-private"}';
    const reply = await receiver.post('/webhooks/shop', changed, sign(sent));
    expect(reply.status).toBe(401);
    const line = receiver.lines.at(-1);
    expect(line).toMatchObject({
      verdict: 'refused',
      reason: 'signature_mismatch',
      bytes: changed.length,
      sha256: createHash('sha256').update(changed).digest('hex').slice(0, 12),
    });
    expect(line?.['hint']).toContain('CRLF');
    expect(receiver.logText()).not.toContain('very-private');
  });

  it('fault 4: invalid UTF-8 with a valid signature is answered 400 and nothing is stored', async () => {
    const receiver = await openReceiver();
    const body = Buffer.concat([Buffer.from('{"topic":"t","id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const reply = await receiver.post('/webhooks/shop', body, sign(body));
    expect(reply.status).toBe(400);
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 5: a byte order mark is part of what is verified', async () => {
    const receiver = await openReceiver();
    const body = `\u{feff}{"topic":"t","id":"1"}`;
    expect((await receiver.post('/webhooks/shop', body, sign(body))).status).toBe(200);
    expect((await receiver.post('/webhooks/shop', body.slice(1), sign(body))).status).toBe(401);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(1_000_000))],
    ['x-unknown', Buffer.from('{}')],
  ])('fault 6: a body encoded as %s is answered 415 and never inflated', async (encoding, body) => {
    const receiver = await openReceiver();
    const reply = await receiver.post('/webhooks/shop', body, { ...sign(body), 'content-encoding': encoding });
    expect(reply.status).toBe(415);
    expect(JSON.parse(reply.body)).toMatchObject({ error: 'content_encoding' });
  });

  it('fault 6: Content-Encoding identity is no encoding', async () => {
    const receiver = await openReceiver();
    const body = '{"topic":"t","id":"1"}';
    expect((await receiver.post('/webhooks/shop', body, { ...sign(body), 'content-encoding': 'Identity' })).status).toBe(200);
  });
});

describe('the size of a webhook', () => {
  it('fault 7: body over the limit by its Content-Length is answered 413 before it is sent, and the connection is closed', async () => {
    const receiver = await openReceiver();
    const answer = await sendRaw(receiver.port, 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'too_large', bytes: 0 });
  });

  it('fault 7: a sender that asks with Expect is not told to continue when it announces too much', async () => {
    const receiver = await openReceiver();
    const answer = await sendRaw(
      receiver.port,
      'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000001\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('fault 7: a sender that asks with Expect is told to continue when its body fits', async () => {
    const receiver = await openReceiver();
    const body = '{"topic":"t","id":"1"}';
    const headers = Object.entries(sign(body))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const answer = await sendRaw(
      receiver.port,
      `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('fault 7: a chunked body is cut off at the limit while it streams', async () => {
    const receiver = await openReceiver({ limits: { bodyBytes: 1_000 } });
    const reply = await receiver.post('/webhooks/shop', Buffer.alloc(500_000, 'a'), { 'transfer-encoding': 'chunked' });
    expect(reply.status).toBe(413);
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 7: a body of exactly the limit is taken', async () => {
    const receiver = await openReceiver({ limits: { bodyBytes: 60 } });
    const body = '{"topic":"t","id":"1"}'.padEnd(60);
    expect((await receiver.post('/webhooks/shop', body, sign(body))).status).toBe(200);
    expect((await receiver.post('/webhooks/shop', `${body} `, sign(body))).status).toBe(413);
  });

  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['a negative length', 'Content-Length: -1\r\n\r\n{}'],
    ['a broken chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n'],
  ])('fault 7: a request that lies about its length is refused and stores nothing: %s', async (_name, rest) => {
    const receiver = await openReceiver();
    const answer = await sendRaw(receiver.port, `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 12: more than 100 header lines, or more than 16 kB of them, are answered 431', async () => {
    const receiver = await openReceiver();
    const many = Object.fromEntries(Array.from({ length: 120 }, (_value, index) => [`x-h${index}`, 'v']));
    expect((await send(receiver.port, 'POST', '/webhooks/shop', '{}', many)).status).toBe(431);
    expect((await send(receiver.port, 'POST', '/webhooks/shop', '{}', { 'x-long': 'v'.repeat(17_000) })).status).toBe(431);
  });
});
