import { describe, expect, it } from 'vitest';
import { FORGETFUL, signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver, send } from '../helpers/receiver.ts';

const BODY = '{"topic":"t","id":"1"}';
const SIGNED = signFixture(BODY, NOW_MS);

describe('the way to a connection', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('fault 11: %s is answered 405 with Allow', async (method) => {
    const receiver = await openReceiver();
    const reply = await send(receiver.port, method, '/webhooks/shop', method === 'GET' ? '' : BODY, SIGNED);
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST, HEAD' } });
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 11: HEAD is answered 200, for probes', async () => {
    const receiver = await openReceiver();
    expect(await send(receiver.port, 'HEAD', '/webhooks/shop')).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/webhooks/shop/',
    '/Webhooks/shop',
    '/webhooks/Shop',
    '//webhooks/shop',
    '/webhooks//shop',
    '/webhooks/other',
    '/webhooks',
    '/webhooks/shop/a/b',
    '/webhooks/%2e%2e',
    '/webhooks/%E0%A4%A',
    '/webhooks/sh%2Fop',
    '/webhooks/__proto__',
  ])('fault 11: the path %s is answered 404, never a redirect', async (path) => {
    const receiver = await openReceiver();
    const reply = await receiver.post(path, BODY, SIGNED);
    expect(reply.status).toBe(404);
    expect(reply.headers['location']).toBeUndefined();
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 10: a content type that is not accepted is answered 415, upper case and parameters change nothing', async () => {
    const receiver = await openReceiver();
    expect((await receiver.post('/webhooks/shop', BODY, { ...SIGNED, 'content-type': 'text/xml' })).status).toBe(415);
    expect((await receiver.post('/webhooks/shop', BODY, { ...SIGNED, 'content-type': 'Application/JSON; charset=UTF-8' })).status).toBe(
      200,
    );
  });

  it('fault 12: a repeated signature header reaches the connector apart and is refused', async () => {
    const receiver = await openReceiver();
    const signature = SIGNED['x-fixture-signature'] ?? '';
    const reply = await receiver.post('/webhooks/shop', BODY, { ...SIGNED, 'x-fixture-signature': [signature, signature] });
    expect(reply.status).toBe(401);
    expect(receiver.lines.at(-1)).toMatchObject({ reason: 'header_repeated' });
  });

  it('fault 16: a request outside the window is refused with "clock" in the log, and the skew shows in the metrics', async () => {
    const receiver = await openReceiver();
    expect((await receiver.post('/webhooks/shop', BODY, signFixture(BODY, NOW_MS + 400_000))).status).toBe(401);
    expect(receiver.lines.at(-1)).toMatchObject({ reason: 'timestamp_future', hint: expect.stringMatching(/^clock/) });
    expect(await receiver.metrics.text()).toContain('deskbridge_clock_skew_seconds{connection="shop"} 400');
  });

  it('fault 25: any active secret may match, and the log and metrics tell which', async () => {
    const receiver = await openReceiver({ connections: { shop: { secrets: ['old', 'new'] } } });
    expect((await receiver.post('/webhooks/shop', BODY, signFixture(BODY, NOW_MS, 'new'))).status).toBe(200);
    expect(receiver.lines.at(-1)).toMatchObject({ secretIndex: 1 });
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_secret_matches_total{connection="shop",index="1"} 1');
  });

  it('fault 26: a connection with an empty secret answers 503 whatever the signature says, the others go on', async () => {
    const receiver = await openReceiver({ connections: { blank: { secrets: [''] }, shop: {} } });
    expect((await receiver.post('/webhooks/blank', BODY, signFixture(BODY, NOW_MS, ''))).status).toBe(503);
    expect((await receiver.post('/webhooks/shop', BODY, SIGNED)).status).toBe(200);
  });

  it("fault 27: a body that claims another tenant than the secret's is answered 403", async () => {
    const receiver = await openReceiver({ connections: { shop: { tenant: 'A' } } });
    expect((await receiver.event({ tenant: 'B' })).status).toBe(403);
    expect(receiver.lines.at(-1)).toMatchObject({ level: 'warn', verdict: 'foreign' });
    expect((await receiver.event({ tenant: 'A' })).status).toBe(200);
  });

  it('fault 28: query, Host and X-Forwarded headers change nothing', async () => {
    const receiver = await openReceiver({ connections: { shop: {}, other: { secrets: ['another'] } } });
    const forged = {
      host: 'other.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'other',
      'x-forwarded-proto': 'https',
      'x-original-url': '/webhooks/shop',
    };
    expect((await receiver.post('/webhooks/shop?connection=other&topic=x', BODY, { ...SIGNED, ...forged })).status).toBe(200);
    expect((await receiver.post('/webhooks/other?connection=shop', BODY, { ...SIGNED, ...forged })).status).toBe(401);
    expect([...receiver.stores.rows.values()].map((row) => row.connection)).toEqual(['shop']);
  });
});

describe('what a sender is answered', () => {
  it('fault 30 and 24: an event that no flow wants is stored, answered 200 and counted as ignored', async () => {
    const receiver = await openReceiver();
    expect((await receiver.event({ topic: 'unwanted' })).status).toBe(200);
    expect([...receiver.stores.rows.values()].map((row) => row.deliveries)).toEqual([[]]);
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_requests_total{connection="shop",verdict="ignored"} 1');
  });

  it('fault 30: an authentic request that means nothing is answered 200 and not stored', async () => {
    const receiver = await openReceiver();
    expect((await receiver.event({ empty: true })).status).toBe(200);
    expect(receiver.stores.calls.record).toBe(0);
  });

  it('fault 30: an authentic unusable body is answered 400 to a sender that retries', async () => {
    const receiver = await openReceiver();
    expect((await receiver.post('/webhooks/shop', '[]', signFixture('[]', NOW_MS))).status).toBe(400);
    expect(receiver.stores.parked).toEqual([]);
  });

  it('fault 30: an authentic unusable body is answered 200 and parked where the sender never sends again', async () => {
    const receiver = await openReceiver({ connections: { shop: { habits: FORGETFUL } } });
    expect((await receiver.post('/webhooks/shop', '[]', signFixture('[]', NOW_MS))).status).toBe(200);
    expect(receiver.stores.parked).toMatchObject([
      { connection: 'shop', problem: 'the body is not a JSON object', raw: Buffer.from('[]') },
    ]);
  });

  it('fault 38: handshakes are answered with their exact body, signed or not, and store nothing', async () => {
    const receiver = await openReceiver();
    expect(await receiver.post('/webhooks/shop', 'ping=1')).toMatchObject({ status: 200, body: 'pong' });
    expect(await receiver.event({ handshake: true })).toMatchObject({ status: 200, body: '{"challenge":"c1"}' });
    expect(receiver.stores.calls.record).toBe(0);
  });

  it('fault 38: the token of the path reaches the connector as a header that no sender can forge', async () => {
    const seen: (readonly string[] | undefined)[] = [];
    const bound = {
      name: 'hook',
      type: 'fixture',
      sender: FORGETFUL,
      refusal: null,
      handshake: () => null,
      sentAt: () => null,
      read: () => ({ kind: 'events' as const, events: [] }),
      verify: (request: { headers: ReadonlyMap<string, readonly string[]> }) => {
        seen.push(request.headers.get(':path-token'));
        return { ok: true as const, secretIndex: null };
      },
    };
    const receiver = await openReceiver({ bound: [bound] });
    await receiver.post('/webhooks/hook/t0ken', BODY);
    await receiver.post('/webhooks/hook', BODY);
    expect(seen).toEqual([['t0ken'], undefined]);
    expect(receiver.logText()).not.toContain('t0ken');
  });

  it('fault 42: every 401 has the same body and headers, whatever failed', async () => {
    const receiver = await openReceiver();
    const refusals = await Promise.all([
      receiver.post('/webhooks/shop', BODY),
      receiver.post('/webhooks/shop', BODY, signFixture(BODY, NOW_MS, 'wrong')),
      receiver.post('/webhooks/shop', BODY, signFixture(BODY, NOW_MS - 301_000)),
      receiver.post('/webhooks/shop', `${BODY} `, SIGNED),
    ]);
    const shapes = refusals.map(({ status, body, headers }) =>
      JSON.stringify([status, body, Object.entries(headers).filter(([name]) => name !== 'date')]),
    );
    expect(new Set(shapes).size).toBe(1);
    expect(refusals[0]).toMatchObject({ status: 401, body: '{"error":"unauthorized"}' });
  });

  it('fault 42: error answers never repeat what was sent', async () => {
    const receiver = await openReceiver();
    const replies = await Promise.all([
      receiver.post('/webhooks/m4rker', BODY),
      receiver.post('/webhooks/shop', 'm4rker', { ...signFixture('m4rker', NOW_MS), 'x-m': 'm4rker' }),
      receiver.post('/webhooks/shop', BODY, { ...SIGNED, 'content-type': 'text/m4rker' }),
    ]);
    for (const reply of replies) expect(JSON.stringify(reply)).not.toContain('m4rker');
  });

  it('fault 41: the log holds ids, verdict, sizes and a hash prefix, never body, secret, signature or address', async () => {
    const receiver = await openReceiver();
    const body = '{"topic":"customer/jan@example.com","id":"1","email":"jan@example.com"}';
    const headers = signFixture(body, NOW_MS);
    await receiver.post('/webhooks/shop', body, headers);
    expect(receiver.lines.at(-1)).toMatchObject({ connection: 'shop', verdict: 'accepted', events: ['1'], bytes: body.length });
    for (const secret of ['jan@', 'fixture-secret', headers['x-fixture-signature'] ?? '?', '"id"'])
      expect(receiver.logText()).not.toContain(secret);
  });

  it('fault 41: a flood of refused requests is counted in full but logged only in part', async () => {
    const receiver = await openReceiver();
    for (let sent = 0; sent < 200; sent += 1) await receiver.post('/webhooks/shop', BODY);
    expect(receiver.lines).toHaveLength(20);
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_refusals_total{connection="shop",reason="header_missing"} 200');
  });
});
