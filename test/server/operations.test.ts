import { describe, expect, it } from 'vitest';
import { openReceiver, send } from '../helpers/receiver.ts';
import type { Payload, PayloadCodec } from '@temporalio/common';

const UI = 'http://localhost:8233';

/** Turns every byte around: enough to see which way a payload went. */
const flip: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads.map(turn)),
  decode: (payloads) => Promise.resolve(payloads.map(turn)),
};

function turn(payload: Payload): Payload {
  return { metadata: payload.metadata ?? {}, data: (payload.data ?? new Uint8Array()).map((byte) => byte ^ 0xff) };
}

const WIRE = {
  payloads: [
    { metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: Buffer.from('"secret text"').toString('base64') },
  ],
};

describe('the codec endpoint', () => {
  const codec = { codec: flip, uiOrigin: UI, token: 'codec-token' };
  const ask = async (headers: Record<string, string>, body: string = JSON.stringify(WIRE), path: string = '/codec/decode') => {
    const receiver = await openReceiver({ codec });
    const reply = await receiver.post(path, body, { 'content-type': 'application/json', ...headers });
    return { reply, log: receiver.logText() };
  };

  it('decodes and encodes payloads as base64 JSON, and logs nothing of them', async () => {
    const { reply, log } = await ask({ origin: UI });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ 'access-control-allow-origin': UI });
    const { reply: back } = await ask({}, reply.body, '/codec/encode');
    expect(JSON.parse(back.body)).toEqual(WIRE);
    expect(log).not.toContain('secret text');
  });

  it.each([
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a page that forged a look-alike', { origin: `${UI}.evil.example` }],
    ['a stranger behind a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['a stranger with a wrong token', { 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer other' }],
  ])('refuses %s', async (_name, headers) => {
    const { reply } = await ask(headers);
    expect(reply.status).toBe(403);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers from afar with the token', async () => {
    expect((await ask({ 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer codec-token' })).reply.status).toBe(200);
  });

  it("answers the UI's preflight without asking for the token", async () => {
    const receiver = await openReceiver({ codec });
    const reply = await send(receiver.port, 'OPTIONS', '/codec/decode', '', {
      origin: UI,
      'access-control-request-method': 'POST',
      'x-forwarded-for': '203.0.113.9',
    });
    expect(reply).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': UI } });
  });

  it.each(['{', '[]', '{"payloads":[{"data":"*"}]}'])('answers 400 to %s', async (body) => {
    expect((await ask({}, body)).reply.status).toBe(400);
  });

  it('does not exist unless configured', async () => {
    const receiver = await openReceiver();
    expect((await receiver.post('/codec/decode', JSON.stringify(WIRE))).status).toBe(404);
  });
});

describe('health and metrics', () => {
  it('says that the process lives, and why it is ready or not', async () => {
    const receiver = await openReceiver();
    expect(await send(receiver.port, 'GET', '/healthz')).toMatchObject({ status: 200 });
    expect(JSON.parse((await send(receiver.port, 'GET', '/readyz')).body)).toEqual({
      ready: true,
      store: 'up',
      fallback: 'unasked',
      draining: false,
    });
  });

  it('shows requests by connection and verdict, time to the answer, bytes and what is under way', async () => {
    const receiver = await openReceiver();
    await receiver.event();
    await receiver.event();
    await receiver.post('/webhooks/nowhere', '{}');
    const { body } = await send(receiver.port, 'GET', '/metrics');
    for (const line of [
      'deskbridge_webhook_requests_total{connection="shop",verdict="accepted"} 1',
      'deskbridge_webhook_requests_total{connection="shop",verdict="duplicate"} 1',
      'deskbridge_webhook_requests_total{connection="none",verdict="unknown_path"} 1',
      'deskbridge_webhook_ack_seconds_count{connection="shop"} 2',
      'deskbridge_webhook_in_flight 0',
    ])
      expect(body).toContain(line);
  });

  it('scrapes gauges of others, and goes on where one fails', async () => {
    const receiver = await openReceiver();
    receiver.metrics.watch('queue_depth', 'Waiting', ['flow'], () => [{ labels: { flow: 'f' }, value: 7 }]);
    receiver.metrics.watch('broken', 'Broken', [], () => Promise.reject(new Error('made up by a test')));
    expect((await send(receiver.port, 'GET', '/metrics')).body).toContain('queue_depth{flow="f"} 7');
  });
});
