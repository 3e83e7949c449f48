import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { BOT, signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver, send, sendRaw } from '../helpers/receiver.ts';
import type { Socket } from 'node:net';

const BODY = '{"topic":"t","id":"1"}';
const HEAD = `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n${Object.entries(signFixture(BODY, NOW_MS))
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')}`;

async function openSocket(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('slow and lost senders', () => {
  const times = { headersMs: 150, requestMs: 300, checkMs: 50 };

  it('fault 8: headers that trickle are cut off after the time for headers', async () => {
    const receiver = await openReceiver({ times });
    expect(await sendRaw(receiver.port, 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('fault 8: a body that does not come is cut off after the time for the request', async () => {
    const receiver = await openReceiver({ times });
    const answer = await sendRaw(receiver.port, `${HEAD}Content-Length: 50\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await vi.waitFor(() => expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'aborted', bytes: 1 }));
    expect(receiver.stores.rows.size).toBe(0);
  });

  it('fault 8: an idle connection is kept for the next request, then closed', async () => {
    const receiver = await openReceiver({ times: { keepAliveMs: 200, checkMs: 50 } });
    const started = performance.now();
    const answer = await sendRaw(
      receiver.port,
      `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
    );
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
    expect(performance.now() - started).toBeGreaterThan(150);
  });

  it('fault 9: work goes on when the client closes before the answer, and nothing is left unhandled', async () => {
    const gate = deferred();
    const receiver = await openReceiver();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    receiver.stores.hold = gate.promise;
    const socket = await openSocket(receiver.port, `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(1));
    socket.destroy();
    await once(socket, 'close');
    gate.resolve();
    await vi.waitFor(() => expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'accepted' }));
    expect(receiver.stores.rows.size).toBe(1);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('fault 9: a client that closes in the middle of its body leaves nothing behind', async () => {
    const receiver = await openReceiver();
    const socket = await openSocket(receiver.port, `${HEAD}Content-Length: 500\r\n\r\n{"topic"`);
    await vi.waitFor(async () => expect(await receiver.metrics.text()).toContain('deskbridge_webhook_arriving_bytes 8'));
    socket.destroy();
    await vi.waitFor(() => expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'aborted' }));
    expect(await receiver.metrics.text()).toContain('deskbridge_webhook_arriving_bytes 0');
  });
});

describe('copies', () => {
  it('fault 17 and 21: a copy is answered 200 and stored once, however late it comes', async () => {
    let now = NOW_MS;
    const receiver = await openReceiver({ now: () => now });
    expect((await receiver.event()).status).toBe(200);
    now += 10 * 24 * 3_600_000;
    const again = '{"id":"e1","topic":"order.created"}';
    expect((await receiver.post('/webhooks/shop', again, signFixture(again, now))).status).toBe(200);
    expect(receiver.lines.map((line) => line['verdict'])).toEqual(['accepted', 'duplicate']);
    expect(receiver.stores.rows.size).toBe(1);
  });
});

describe('stores that fail', () => {
  it('fault 31 and 34: the answer does not wait for Temporal while the store is up', async () => {
    const receiver = await openReceiver();
    receiver.stores.temporal = 'hanging';
    expect((await receiver.event()).status).toBe(200);
    expect(receiver.stores.calls.fallback).toBe(0);
    expect((await send(receiver.port, 'GET', '/readyz')).status).toBe(200);
  });

  it.each(['down', 'hanging'] as const)(
    'fault 32: while the store is %s the fallback takes events and the answer stays 200',
    async (weather) => {
      const receiver = await openReceiver({ limits: { recordMs: 100 } });
      receiver.stores.store = weather;
      for (const id of ['a', 'b', 'c']) expect((await receiver.event({ id })).status).toBe(200);
      expect(receiver.stores.intake).toHaveLength(3);
      expect(receiver.stores.calls.record).toBe(1);
      expect((await send(receiver.port, 'GET', '/readyz')).status).toBe(200);
    },
  );

  it('fault 32: recording in the store resumes by itself when a probe succeeds', async () => {
    const receiver = await openReceiver();
    receiver.stores.store = 'down';
    await receiver.event({ id: 'a' });
    receiver.stores.store = 'up';
    await vi.waitFor(async () => expect(await receiver.metrics.text()).toContain('deskbridge_store_down 0'), 3_000);
    expect((await receiver.event({ id: 'b' })).status).toBe(200);
    expect(receiver.stores.rows.size).toBe(1);
  });

  it.each(['down', 'hanging'] as const)(
    'fault 32: with the store hanging and Temporal %s the answer is 503 with Retry-After within 2.5 s',
    async (temporal) => {
      const receiver = await openReceiver();
      receiver.stores.store = 'hanging';
      receiver.stores.temporal = temporal;
      const started = performance.now();
      const reply = await receiver.event();
      expect(performance.now() - started).toBeLessThan(2_500);
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      await vi.waitFor(async () => expect((await send(receiver.port, 'GET', '/readyz')).status).toBe(503), 5_000);
    },
  );

  it('fault 32: a Chatwoot agent bot is answered 500, the only code it sends again after', async () => {
    const receiver = await openReceiver({ connections: { shop: { habits: BOT } } });
    receiver.stores.store = 'down';
    receiver.stores.temporal = 'down';
    expect((await receiver.event()).status).toBe(500);
  });

  it('fault 32: an unusable request that cannot be parked is not answered 2xx', async () => {
    const receiver = await openReceiver({ connections: { shop: { habits: { retries: false, unavailable: 503 } } } });
    receiver.stores.store = 'down';
    expect((await receiver.post('/webhooks/shop', '[]', signFixture('[]', NOW_MS))).status).toBe(503);
  });

  it('an event that a mistake of ours keeps from the store goes to the fallback, and others go on into the store', async () => {
    const receiver = await openReceiver();
    receiver.stores.store = 'mistaken';
    expect((await receiver.event({ id: 'a' })).status).toBe(200);
    expect(receiver.stores.intake).toHaveLength(1);
    expect(receiver.logText()).toContain('a mistake of ours');
    expect(receiver.logText()).not.toContain('A mistake of ours.');
    receiver.stores.store = 'up';
    expect((await receiver.event({ id: 'b' })).status).toBe(200);
    expect(receiver.stores.rows.size).toBe(1);
  });

  it('an event that a mistake of ours keeps from both is answered 500', async () => {
    const receiver = await openReceiver();
    receiver.stores.store = 'mistaken';
    receiver.stores.temporal = 'down';
    expect((await receiver.event()).status).toBe(500);
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'failed', reason: 'TypeError' });
  });

  it('a row that the store refuses is answered 500 and never goes to the fallback, which would try it for ever', async () => {
    const receiver = await openReceiver();
    receiver.stores.store = 'poisoned';
    expect((await receiver.event()).status).toBe(500);
    expect(receiver.stores.calls.fallback).toBe(0);
  });
});

describe('load', () => {
  it('fault 36: while the inbox is full the fallback takes events, and the store is asked again with the next one', async () => {
    const receiver = await openReceiver();
    receiver.stores.store = 'full';
    for (const id of ['a', 'b']) expect((await receiver.event({ id })).status).toBe(200);
    expect(receiver.stores.intake).toHaveLength(2);
    expect(receiver.stores.calls.record).toBe(2);
    receiver.stores.store = 'up';
    expect((await receiver.event({ id: 'c' })).status).toBe(200);
    expect(receiver.stores.rows.size).toBe(1);
  });

  it.each(['down', 'hanging'] as const)(
    'fault 36: a full inbox is answered 503 with Retry-After where Temporal is %s',
    async (temporal) => {
      const receiver = await openReceiver({ limits: { fallbackMs: 100 } });
      receiver.stores.store = 'full';
      receiver.stores.temporal = temporal;
      expect(await receiver.event()).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'busy', reason: 'inbox_full' });
    },
  );

  it('fault 36: one sender cannot starve another', async () => {
    const gate = deferred();
    const receiver = await openReceiver({ connections: { shop: {}, other: {} }, limits: { requestsPerConnection: 2, recordMs: 5_000 } });
    receiver.stores.hold = gate.promise;
    const held = [receiver.event({ id: 'a' }), receiver.event({ id: 'b' })];
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(2));
    expect((await receiver.event({ id: 'c' })).status).toBe(503);
    const other = receiver.post('/webhooks/other', BODY, signFixture(BODY, NOW_MS));
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(3));
    gate.resolve();
    expect((await Promise.all([...held, other])).map((reply) => reply.status)).toEqual([200, 200, 200]);
  });

  it('fault 7 and 36: 50 concurrent slow uploads hold no more memory than allowed, and the receiver goes on after them', async () => {
    const receiver = await openReceiver({ limits: { arrivingBytes: 5_000_000 } });
    const start = `POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'a'.repeat(900_000)}`;
    const sockets = await Promise.all(Array.from({ length: 50 }, () => openSocket(receiver.port, start)));
    const answers = sockets.map((socket) => new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk)))));
    const held = /deskbridge_webhook_arriving_bytes (\d+)/;
    let most = 0;
    await vi.waitFor(async () => {
      const text = await receiver.metrics.text();
      most = Math.max(most, Number(held.exec(text)?.[1]));
      expect(Number(/verdict="busy"} (\d+)/.exec(text)?.[1] ?? 0)).toBeGreaterThanOrEqual(45);
    }, 10_000);
    expect(most).toBeLessThanOrEqual(5_000_000);
    expect(await Promise.race(answers)).toMatch(/^HTTP\/1\.1 503 /);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect(held.exec(await receiver.metrics.text())?.[1]).toBe('0'));
    expect((await receiver.event()).status).toBe(200);
  });

  it('fault 37: closing refuses new connections, says not ready, and lets what is under way be stored and answered', async () => {
    const gate = deferred();
    const receiver = await openReceiver({ limits: { recordMs: 5_000 }, times: { drainMs: 5_000 } });
    receiver.stores.hold = gate.promise;
    const under = receiver.event();
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(1));
    const closed = receiver.server.close();
    await expect(receiver.event({ id: 'late' })).rejects.toThrow(/ECONNREFUSED/);
    gate.resolve();
    expect(await under).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
    expect(receiver.stores.rows.size).toBe(1);
  });

  it('fault 37: closing ends within its time even where a sender hangs', async () => {
    const receiver = await openReceiver({ times: { drainMs: 200 } });
    await openSocket(receiver.port, `${HEAD}Content-Length: 500\r\n\r\n{`);
    await vi.waitFor(async () => expect(await receiver.metrics.text()).toContain('deskbridge_webhook_arriving 1'));
    const started = performance.now();
    await receiver.server.close();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
