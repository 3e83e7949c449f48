import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAddressOf } from '../../server/addresses.ts';
import { createArrivals } from '../../server/arrivals.ts';
import { createGatherer } from '../../server/gather.ts';
import { FORGETFUL, signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver } from '../helpers/receiver.ts';
import type { TestReceiver } from '../helpers/receiver.ts';

const BODY = '{"topic":"t","id":"1"}';
const SIGNED = Object.entries(signFixture(BODY, NOW_MS))
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');
const START = 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\n';
const HALF_SENT = `${START}${SIGNED}Content-Length: 500\r\n\r\n{"topic"`;
const FORGED = `${START}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const MANY = 300;

/** Opens a connection, from another address of this machine where one is named, and writes to it. */
async function open(receiver: TestReceiver, text: string, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: receiver.port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

function openMany(receiver: TestReceiver, count: number, text: string): Promise<readonly Socket[]> {
  return Promise.all(Array.from({ length: count }, () => open(receiver, text)));
}

async function gauge(receiver: TestReceiver, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await receiver.metrics.text())?.[1]);
}

/** All that a connection says until it ends. */
function listen(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
  });
}

describe('a request that is not complete', () => {
  it('takes no place: with 300 half-sent bodies on as many connections a good request is taken as ever', async () => {
    const receiver = await openReceiver({ connections: { shop: { habits: FORGETFUL } } });
    await openMany(receiver, MANY, HALF_SENT);
    await vi.waitFor(async () => expect(await gauge(receiver, 'deskbridge_webhook_arriving')).toBe(MANY));
    expect(await gauge(receiver, 'deskbridge_webhook_in_flight')).toBe(0);
    expect((await receiver.event()).status).toBe(200);
  });

  it('takes no place: nor do 300 on one connection, pipelined, all forged and the last one half sent', async () => {
    const receiver = await openReceiver({ limits: { requests: 1, requestsPerConnection: 1 } });
    await open(receiver, FORGED.repeat(MANY - 1) + HALF_SENT);
    await vi.waitFor(async () => expect(await receiver.metrics.text()).toContain(`verdict="refused"} ${MANY - 1}`));
    expect((await receiver.event()).status).toBe(200);
    expect(await receiver.metrics.text()).not.toContain('verdict="busy"');
  });

  it('takes no place: nor do 300 half-sent headers or silent connections', async () => {
    const receiver = await openReceiver();
    await openMany(receiver, MANY, 'POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await openMany(receiver, MANY, '');
    expect((await receiver.event()).status).toBe(200);
  });

  it('is given up with 408 when its body pauses, and counted', async () => {
    const receiver = await openReceiver({ limits: { patienceMs: 300 } });
    const answer = listen(await open(receiver, HALF_SENT));
    expect(await answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*body_too_slow/);
    expect(receiver.lines.at(-1)).toMatchObject({ level: 'warn', verdict: 'too_slow', bytes: 8 });
    expect(await receiver.metrics.text()).toContain('reason="too_slow"} 1');
  });

  it('is given up when it trickles below the least rate, and waited for while it comes at that rate', async () => {
    const receiver = await openReceiver({ limits: { patienceMs: 1_500, leastBytesPerSecond: 100 } });
    const sent = { trickling: 0, steady: 0 };
    const head = `${START}Content-Length: 5000\r\n\r\n`;
    const trickling = await open(receiver, head);
    const steady = await open(receiver, head);
    const timer = setInterval(() => {
      sent.trickling += 1;
      sent.steady += 100;
      trickling.write('a');
      steady.write('a'.repeat(100));
    }, 100);
    onTestFinished(() => clearInterval(timer));
    expect(await listen(trickling)).toMatch(/^HTTP\/1\.1 408 /);
    expect(await gauge(receiver, 'deskbridge_webhook_arriving_bytes')).toBeGreaterThanOrEqual(500);
    expect(await gauge(receiver, 'deskbridge_webhook_arriving')).toBe(1);
  });

  it('is given up when it has had all of its time, however steadily it comes', async () => {
    const receiver = await openReceiver({ limits: { bodyMs: 800, leastBytesPerSecond: 1 } });
    const socket = await open(receiver, `${START}Content-Length: 5000\r\n\r\n`);
    const timer = setInterval(() => socket.write('aaaaaaaaaa'), 50);
    onTestFinished(() => clearInterval(timer));
    expect(await listen(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect(receiver.lines.at(-1)).toMatchObject({ verdict: 'too_slow' });
  });

  it('gives way where room for bytes is needed, the slowest first, with the answer that makes the sender try again', async () => {
    const receiver = await openReceiver({ limits: { arrivingBytes: 10_000 } });
    const head = `${START}Content-Length: 9000\r\n\r\n`;
    const first = await open(receiver, head + 'a'.repeat(4_000));
    await vi.waitFor(async () => expect(await gauge(receiver, 'deskbridge_webhook_arriving_bytes')).toBe(4_000));
    const second = await open(receiver, head + 'a'.repeat(4_000));
    await vi.waitFor(async () => expect(await gauge(receiver, 'deskbridge_webhook_arriving_bytes')).toBe(8_000));
    const dropped = listen(first);
    expect((await receiver.event({ text: 'x'.repeat(5_000) })).status).toBe(200);
    expect(await dropped).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 5/i);
    expect(second.closed).toBe(false);
  });

  it('holds the bytes it weighs and not more, though it comes byte by byte', () => {
    const gatherer = createGatherer();
    const text = 'a body in many pieces, '.repeat(2_000);
    for (const byte of Buffer.from(text)) gatherer.add(Buffer.from([byte]));
    expect(gatherer.pieces()).toBeLessThan(10);
    expect(gatherer.take().toString()).toBe(text);
  });

  it.each([[[5_000, 3, 9_000, 1]], [[1, 1, 5_000]], [[4_096]], [[10]], [[]]])(
    'is put together in order from pieces of %j bytes',
    (sizes) => {
      const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 65));
      const gatherer = createGatherer();
      for (const piece of pieces) gatherer.add(piece);
      expect(gatherer.take()).toEqual(Buffer.concat(pieces));
    },
  );
});

describe('the time of a body', () => {
  it('does not run while this process stands still', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let now = 0;
    const limits = { arrivingBytes: 1e9, arrivingBytesPerAddress: 1e9, bodyMs: 60_000, patienceMs: 3_000, leastBytesPerSecond: 1_000 };
    const givenUp: string[] = [];
    const arrivals = createArrivals(
      limits,
      () => null,
      () => now,
    );
    arrivals.begin(new Socket(), (why) => givenUp.push(why));
    now = 20_000;
    vi.advanceTimersByTime(250);
    expect(givenUp).toEqual([]);
    for (let look = 0; look < 13; look += 1) {
      now += 250;
      vi.advanceTimersByTime(250);
    }
    expect(givenUp).toEqual(['slow']);
  });
});

describe('connections', () => {
  const addressOf = (remote: string | undefined): string | null => remote ?? null;
  const [A, B] = ['127.0.0.2', '127.0.0.3'];

  it('of one address have a share: beyond it its own are closed, silent ones first, and no other address notices', async () => {
    const receiver = await openReceiver({ addressOf, limits: { connectionsPerAddress: 3 } });
    const other = await open(receiver, HALF_SENT, B);
    const half = await open(receiver, HALF_SENT, A);
    const silent = await open(receiver, '', A);
    const idle = await open(receiver, FORGED, A);
    await once(idle, 'data');
    const newest = await open(receiver, HALF_SENT, A);
    await once(silent, 'close');
    expect([other, half, idle, newest].map((socket) => socket.closed)).toEqual([false, false, false, false]);
    await open(receiver, HALF_SENT, A);
    await once(idle, 'close');
    await open(receiver, HALF_SENT, A);
    await once(half, 'close');
    expect([other, newest].map((socket) => socket.closed)).toEqual([false, false]);
    expect(await gauge(receiver, 'deskbridge_webhook_connections_closed')).toBe(3);
    expect((await receiver.event()).status).toBe(200);
  });

  it('of one address have a share of the bytes on their way', async () => {
    const receiver = await openReceiver({ addressOf, limits: { arrivingBytes: 10_000, arrivingBytesPerAddress: 5_000 } });
    const head = `${START}Content-Length: 9000\r\n\r\n${'a'.repeat(3_000)}`;
    const other = await open(receiver, head, B);
    const first = await open(receiver, head, A);
    await vi.waitFor(async () => expect(await gauge(receiver, 'deskbridge_webhook_arriving_bytes')).toBe(6_000));
    const dropped = listen(first);
    const second = await open(receiver, head, A);
    expect(await dropped).toMatch(/^HTTP\/1\.1 503 /);
    expect([other, second].map((socket) => socket.closed)).toEqual([false, false]);
  });

  it('are bounded over all: a new one is served, and the one that was silent longest is closed', async () => {
    const receiver = await openReceiver({ limits: { connections: 20, requests: 10 } });
    const oldest = await open(receiver, '');
    await openMany(receiver, 19, '');
    const closed = once(oldest, 'close');
    expect((await receiver.event()).status).toBe(200);
    await closed;
  });

  it('on which a request is being recorded are never closed for others', async () => {
    let release = (): void => undefined;
    const receiver = await openReceiver({ limits: { connections: 4, requests: 2, recordMs: 10_000 } });
    receiver.stores.hold = new Promise((resolve) => (release = resolve));
    const recorded = receiver.event();
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(1));
    await openMany(receiver, 20, HALF_SENT);
    release();
    expect((await recorded).status).toBe(200);
  });

  it.each([
    ['this machine', '127.0.0.1', null],
    ['this machine, written as IPv6', '::ffff:127.0.0.1', null],
    ['a private network', '10.1.2.3', null],
    ["a provider's inner network", '100.64.0.9', null],
    ['a private network of IPv6', 'fd00::7', null],
    ['a proxy that the operator named', '198.51.100.7', null],
    ['a proxy of a range that the operator named', '203.0.113.200', null],
    ['a stranger', '192.0.2.5', '192.0.2.5'],
    ['a stranger, written as IPv6', '::ffff:192.0.2.5', '192.0.2.5'],
    ['a stranger with a whole network of IPv6', '2600:1:2:3:aaaa::1', '2600:1:2:3'],
    ['nobody any more', undefined, null],
  ])('are counted by address, but not those of a proxy: %s', (_who, remote, name) => {
    expect(createAddressOf(['198.51.100.7', '203.0.113.0/24', '2001:db8::/32'])(remote)).toBe(name);
  });
});
