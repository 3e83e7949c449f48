import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { connectorOf } from '../../connectors/registry.ts';
import { bindInbound } from '../../server/bound-inbound.ts';
import { chatwootMail, mailHtml } from '../fixtures/chatwoot-mail.ts';
import { FIXTURE_SECRET, FORGETFUL, signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver, sendRaw } from '../helpers/receiver.ts';
import { signChatwoot } from '../fixtures/signers.ts';
import { Secret } from '../../model/secret.ts';
import type { OutgoingHttpHeaders } from 'node:http';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { Reply, TestReceiver } from '../helpers/receiver.ts';

const SECRET = 'chatwoot-secret';
const CHUNKED = { 'transfer-encoding': 'chunked' };

function chatwoot(): BoundInbound {
  const connector = connectorOf('chatwoot');
  const receives = connector?.receives;
  if (connector === undefined || receives === undefined) throw new Error('Chatwoot receives nothing');
  const settings = connector.config.parse({
    type: 'chatwoot',
    baseUrl: 'https://chat.example.test',
    account: 3,
    token: new Secret('t'),
    webhookSecret: new Secret(SECRET),
  });
  return bindInbound('desk', 'chatwoot', receives, settings);
}

function toHeaders(body: string): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(signChatwoot(SECRET, body, NOW_MS / 1000)).map(([name, value]) => [name, String(value)]));
}

describe('a large body', () => {
  it('of Chatwoot is taken by default: an e-mail with 300 kB of HTML is 1.87 MB on the wire', async () => {
    const receiver = await openReceiver({ bound: [chatwoot()] });
    const body = chatwootMail(mailHtml(300_000));
    expect(body.length).toBeGreaterThan(1_870_000);
    expect((await receiver.post('/webhooks/desk', body, toHeaders(body))).status).toBe(200);
    expect([...receiver.stores.rows.values()].map(({ topic, record, raw }) => [topic, record, raw.length])).toEqual([
      ['message.created', 'conversation:77', body.length],
    ]);
  });

  it('is taken up to what the configuration says, whoever sends it', async () => {
    const receiver = await openReceiver({ bound: [chatwoot()], limits: { bodyBytes: 1_000_000 } });
    const body = chatwootMail(mailHtml(300_000));
    expect((await receiver.post('/webhooks/desk', body, toHeaders(body))).status).toBe(413);
  });
});

describe('a body over the limit', () => {
  const LIMIT = 1_000;
  const body = JSON.stringify({ topic: 't', id: '1', text: 'x'.repeat(50_000) });
  const open = (): Promise<TestReceiver> => openReceiver({ limits: { bodyBytes: LIMIT }, connections: { shop: { habits: FORGETFUL } } });
  const post = (receiver: TestReceiver, headers: OutgoingHttpHeaders): Promise<Reply> =>
    receiver.post('/webhooks/shop', body, { ...signFixture(body, NOW_MS), ...headers });

  it.each([
    ['announced', {}],
    ['in chunks', CHUNKED],
  ])('that is authentic is answered 413, counted, and listed with its size for a person, without the body: %s', async (_how, headers) => {
    const receiver = await open();
    expect(await post(receiver, headers)).toMatchObject({ status: 413 });
    const sha256 = createHash('sha256').update(body).digest();
    const problem = `a body of ${body.length} bytes is over the limit of ${LIMIT} bytes (server.maxBody); it was not kept`;
    expect(receiver.stores.parked).toEqual([{ connection: 'shop', problem, sha256, raw: null, receivedAt: new Date(NOW_MS) }]);
    expect(receiver.lines.at(-1)).toMatchObject({ level: 'warn', verdict: 'oversized', hint: problem, bytes: body.length });
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_requests_total{connection="shop",verdict="oversized"} 1');
    expect(receiver.stores.rows.size).toBe(0);
  });

  it.each([
    ['with a wrong signature', signFixture(body, NOW_MS, 'wrong')],
    ['with a signature of another body', signFixture(`${body} `, NOW_MS)],
    ['with a signature of long ago', signFixture(body, NOW_MS - 400_000)],
  ])('that is not authentic is answered 413, counted apart and not listed: %s', async (_how, signature) => {
    const receiver = await open();
    for (const headers of [{}, CHUNKED]) expect((await post(receiver, { ...signature, ...headers })).status).toBe(413);
    expect(receiver.stores.parked).toEqual([]);
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_requests_total{connection="shop",verdict="too_large"} 2');
  });

  it('whose headers show that it is not authentic is not read at all', async () => {
    const receiver = await open();
    const answer = await sendRaw(receiver.port, `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'too_large', bytes: 0 });
  });

  it('of a sender that asks before it sends is not asked for', async () => {
    const receiver = await open();
    const head = Object.entries(signFixture(body, NOW_MS)).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await sendRaw(
      receiver.port,
      `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n${head.join('')}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is not kept while it is read past, however large it is', async () => {
    const receiver = await open();
    const large = Buffer.alloc(20_000_000, 'x');
    let most = 0;
    const look = async (): Promise<void> => {
      const text = await receiver.metrics.text();
      most = Math.max(most, Number(/^deskbridge_webhook_arriving_bytes (\d+)/m.exec(text)?.[1]));
    };
    const timer = setInterval(() => void look(), 5);
    const reply = await receiver.post('/webhooks/shop', large, { ...signFixture(large, NOW_MS), ...CHUNKED });
    clearInterval(timer);
    expect(reply.status).toBe(413);
    expect(most).toBeLessThanOrEqual(LIMIT);
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'oversized', bytes: large.length });
  });

  it('is answered 413 and counted also where it cannot be listed, and the log says so', async () => {
    const receiver = await open();
    receiver.stores.store = 'down';
    expect((await post(receiver, {})).status).toBe(413);
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'oversized', hint: expect.stringContaining('nor listed') });
  });

  it('is read past by a few at a time; further ones are told at once, and nobody else waits', async () => {
    const receiver = await openReceiver({ limits: { bodyBytes: LIMIT } });
    const signature = Object.entries(signFixture('x', NOW_MS, FIXTURE_SECRET)).map(([name, value]) => `${name}: ${value}\r\n`);
    const half = `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n${signature.join('')}Content-Length: 5000\r\n\r\nx`;
    const answers = Array.from({ length: 12 }, () => sendRaw(receiver.port, half));
    await vi.waitFor(async () => expect(await receiver.metrics.text()).toContain('verdict="too_large"} 8'));
    expect((await receiver.event()).status).toBe(200);
    expect((await Promise.all(answers)).map((answer) => answer.slice(0, 12)).sort()).toEqual([
      ...Array.from({ length: 4 }, () => 'HTTP/1.1 408'),
      ...Array.from({ length: 8 }, () => 'HTTP/1.1 413'),
    ]);
  });
});
