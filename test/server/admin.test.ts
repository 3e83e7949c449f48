import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAdmin } from '../../server/admin.ts';
import { createMetrics } from '../../server/metrics.ts';
import { watchQueues } from '../../server/queue-metrics.ts';
import { createPayloadCodec } from '../../temporal/codec.ts';
import { openReceiver, send } from '../helpers/receiver.ts';
import type { PayloadCodec } from '@temporalio/common';
import type { AdminOptions, RunningAdmin } from '../../server/admin.ts';
import type { QueueStatus } from '../../store/inbox/query-queues.ts';

const UI = 'http://localhost:8233';
const TOKEN = 'a-token-of-many-characters';

/** As the product encrypts; the key is a test's. */
const CODEC: PayloadCodec = createPayloadCodec([{ id: 'test', bytes: Buffer.alloc(32, 7) }]);
const CLEAR = { payloads: [{ metadata: { encoding: toBase64('json/plain') }, data: toBase64('"customer@example.test"') }] };

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function openAdmin(options: Partial<AdminOptions> = {}): Promise<RunningAdmin> {
  const admin = await startAdmin({
    host: '127.0.0.1',
    port: 0,
    token: null,
    metrics: createMetrics(),
    codec: CODEC,
    uiOrigin: UI,
    ...options,
  });
  onTestFinished(() => admin.close());
  return admin;
}

async function encrypted({ port }: RunningAdmin): Promise<string> {
  return (await send(port, 'POST', '/codec/encode', JSON.stringify(CLEAR), { 'content-type': 'application/json' })).body;
}

function decode({ port }: { readonly port: number }, body: string, headers: Record<string, string> = {}) {
  return send(port, 'POST', '/codec/decode', body, { 'content-type': 'application/json', ...headers });
}

/** A proxy that adds no header of its own, in front of a port; `host`: what it puts into Host. */
async function openProxy(port: number, host: string): Promise<number> {
  const proxy = createServer((incoming, outgoing) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: incoming.url ?? '/',
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, host },
    };
    const upstream = httpRequest(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}

describe('the public port', () => {
  it.each(['/metrics', '/codec/decode', '/codec/encode', '/status', '/debug'])('knows no %s', async (path) => {
    const receiver = await openReceiver();
    for (const method of ['GET', 'POST', 'OPTIONS']) expect((await send(receiver.port, method, path, '', { origin: UI })).status).toBe(404);
  });

  it('decrypts nothing for a stranger, whose proxy adds no header', async () => {
    const body = await encrypted(await openAdmin());
    const receiver = await openReceiver();
    const reply = await decode({ port: await openProxy(receiver.port, `127.0.0.1:${receiver.port}`) }, body);
    expect(reply.status).toBe(404);
    expect(Buffer.from(reply.body, 'base64').toString()).not.toContain('customer@');
  });

  it('asks nobody when it is asked for its health, however often', async () => {
    const receiver = await openReceiver();
    let probes = 0;
    const { probeStore } = receiver.stores;
    Object.assign(receiver.stores, { probeStore: () => ((probes += 1), probeStore()) });
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_nothing, n) => send(receiver.port, 'GET', n % 2 === 0 ? '/readyz' : '/healthz')),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(probes).toBeLessThan(5);
  });
});

describe('the admin listener', () => {
  it('shows payloads in clear to the Temporal UI and to this machine', async () => {
    const admin = await openAdmin();
    const body = await encrypted(admin);
    expect(body).not.toContain(CLEAR.payloads[0]?.data);
    const reply = await decode(admin, body, { origin: UI });
    expect(reply).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': UI } });
    expect(JSON.parse(reply.body)).toEqual(CLEAR);
  });

  it('knows the UI on this machine by both of its names, and one that starts later', async () => {
    const admin = await openAdmin({ uiOrigin: null });
    const body = await encrypted(admin);
    expect((await decode(admin, body, { origin: UI })).status).toBe(403);
    admin.allowOrigin('http://127.0.0.1:8233');
    for (const origin of [UI, 'http://127.0.0.1:8233']) expect((await decode(admin, body, { origin })).status).toBe(200);
    for (const origin of ['http://localhost:8234', 'https://localhost:8233', 'http://localhost.example:8233', 'null'])
      expect((await decode(admin, body, { origin })).status).toBe(403);
  });

  it.each(['http://evil.example', `${UI}.evil.example`, 'null'])('refuses pages of the origin %s, whatever they ask', async (origin) => {
    const admin = await openAdmin();
    const replies = [await decode(admin, await encrypted(admin), { origin }), await send(admin.port, 'GET', '/metrics', '', { origin })];
    for (const reply of replies) {
      expect(reply.status).toBe(403);
      expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it.each(['evil.example', 'evil.example:8081', '127.0.0.1.evil.example', '192.0.2.1:8081'])(
    'without a token is asked by a loopback name only, for DNS points any name here: not by "%s"',
    async (host) => {
      const admin = await openAdmin();
      expect((await decode(admin, await encrypted(admin), { host })).status).toBe(403);
      expect((await send(admin.port, 'GET', '/metrics', '', { host })).status).toBe(403);
    },
  );

  it.each(['localhost', 'LOCALHOST:9', '127.0.0.1', '127.9.9.9:8081', '[::1]:8081'])('without a token is asked by %s', async (host) => {
    const admin = await openAdmin();
    expect((await send(admin.port, 'GET', '/metrics', '', { host })).status).toBe(200);
  });

  it('with a token wants it of everybody, this machine included, and then cares for no name', async () => {
    const admin = await openAdmin({ token: TOKEN });
    const ask = (headers: Record<string, string>) => send(admin.port, 'GET', '/metrics', '', headers);
    expect(await ask({})).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    for (const authorization of [TOKEN, `Bearer ${TOKEN}x`, 'Bearer ', `Basic ${TOKEN}`])
      expect((await ask({ authorization })).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${TOKEN}`, host: 'metrics.internal:8081' })).status).toBe(200);
    expect((await decode(admin, '{}')).status).toBe(401);
  });

  it("answers the UI's preflight without the token, which browsers do not send with it", async () => {
    const admin = await openAdmin({ token: TOKEN });
    const reply = await send(admin.port, 'OPTIONS', '/codec/decode', '', { origin: UI, 'access-control-request-method': 'POST' });
    expect(reply).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': UI } });
  });

  it('does not start for other machines without a token', async () => {
    await expect(openAdmin({ host: '0.0.0.0' })).rejects.toThrow(/token/);
  });

  it.each(['{', '[]', '{"payloads":[{"data":"*"}]}'])('answers 400 to %s instead of payloads', async (body) => {
    expect((await decode(await openAdmin(), body)).status).toBe(400);
  });

  it('takes no webhooks, and has no codec where it has no key', async () => {
    const { codec: _codec, ...bare } = { codec: CODEC, metrics: createMetrics() };
    const admin = await startAdmin({ host: '127.0.0.1', port: 0, token: null, uiOrigin: null, ...bare });
    onTestFinished(() => admin.close());
    for (const path of ['/webhooks/shop', '/codec/decode']) expect((await send(admin.port, 'POST', path, '{}')).status).toBe(404);
  });

  it('says without a token whether its process lives and works, for those who start and stop it', async () => {
    let ready = false;
    const admin = await openAdmin({ token: TOKEN, isReady: () => ready });
    expect((await send(admin.port, 'GET', '/healthz')).status).toBe(200);
    expect((await send(admin.port, 'GET', '/readyz')).status).toBe(503);
    ready = true;
    expect((await send(admin.port, 'GET', '/readyz')).status).toBe(200);
  });
});

describe('/metrics', () => {
  const QUEUE: QueueStatus = {
    flow: 'dunning',
    lane: 0,
    waiting: 3,
    keys: 2,
    oldestWaitingAt: null,
    underWay: 1,
    credit: 256,
    parked: 4,
    paused: false,
    closedUntil: null,
    closedBy: [],
    pausedBy: null,
    resumed: false,
    stuck: 0,
    attention: null,
  };

  it('reads the queues once for all gauges and all who scrape meanwhile, and again after some seconds', async () => {
    let now = 0;
    let readings = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const metrics = createMetrics();
    const read = async (): Promise<readonly QueueStatus[]> => {
      readings += 1;
      await held;
      return [QUEUE];
    };
    watchQueues(metrics, { listQueues: read, known: new Set(['dunning']) }, () => now);
    const { port } = await openAdmin({ metrics });
    const scrapes = Array.from({ length: 32 }, () => send(port, 'GET', '/metrics'));
    release();
    for (const { body } of await Promise.all(scrapes))
      for (const [name, value] of [
        ['waiting', 3],
        ['under_way', 1],
        ['parked', 4],
        ['closed', 0],
      ])
        expect(body).toContain(`deskbridge_queue_${name}{flow="dunning",lane="0"} ${value}`);
    expect(readings).toBe(1);
    now = 2_999;
    await send(port, 'GET', '/metrics');
    expect(readings).toBe(1);
    now = 3_001;
    await send(port, 'GET', '/metrics');
    expect(readings).toBe(2);
  });

  it('shows the other metrics while the store hangs, and does not ask it again with every scrape', async () => {
    let now = 0;
    let readings = 0;
    const metrics = createMetrics();
    watchQueues(metrics, { listQueues: () => ((readings += 1), new Promise(() => undefined)), known: new Set() }, () => now);
    const { port } = await openAdmin({ metrics });
    metrics.observe({ connection: 'shop', verdict: 'accepted', reason: null, seconds: 0, bytes: 0, secretIndex: null, skewSeconds: null });
    const { body } = await send(port, 'GET', '/metrics');
    expect(body).toContain('deskbridge_webhook_requests_total{connection="shop",verdict="accepted"} 1');
    expect(body).not.toContain('deskbridge_queue_waiting{');
    now = 29_000;
    await send(port, 'GET', '/metrics');
    expect(readings).toBe(1);
    now = 31_000;
    await send(port, 'GET', '/metrics');
    expect(readings).toBe(2);
  });

  it('scrapes gauges of others, and goes on where one fails', async () => {
    const metrics = createMetrics();
    metrics.watch('queue_depth', 'Waiting', ['flow'], () => [{ labels: { flow: 'f' }, value: 7 }]);
    metrics.watch('broken', 'Broken', [], () => Promise.reject(new Error('made up by a test')));
    expect((await send((await openAdmin({ metrics })).port, 'GET', '/metrics')).body).toContain('queue_depth{flow="f"} 7');
  });
});
