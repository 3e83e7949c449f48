import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { signFixture } from '../helpers/fixture-connector.ts';
import { NOW_MS, openReceiver, send } from '../helpers/receiver.ts';
import type { IncomingMessage } from 'node:http';
import type { TestReceiver } from '../helpers/receiver.ts';

const LAME_DUCK_MS = 1_500;

/** Posts an event as a proxy does, on a connection that it keeps. */
async function postOn(agent: Agent, receiver: TestReceiver, id: string): Promise<IncomingMessage> {
  const body = JSON.stringify({ id, topic: 'order.created' });
  const headers = { ...signFixture(body, NOW_MS), 'content-length': body.length };
  const request = httpRequest({ host: '127.0.0.1', port: receiver.port, method: 'POST', path: '/webhooks/shop', agent, headers });
  request.end(body);
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('there is no answer');
  response.resume();
  await once(response, 'end');
  return response;
}

describe('a server that leaves', () => {
  it('still takes what comes for its lame-duck time, is not ready meanwhile, and closes each connection with its answer', async () => {
    const receiver = await openReceiver();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect((await postOn(agent, receiver, 'before')).headers.connection).toBe('keep-alive');
    const closed = receiver.server.close({ lameDuckMs: LAME_DUCK_MS });
    expect(await send(receiver.port, 'GET', '/readyz')).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect((await send(receiver.port, 'GET', '/healthz')).status).toBe(200);
    expect(await postOn(agent, receiver, 'kept')).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
    expect(await receiver.event({ id: 'new' })).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await closed;
    expect(receiver.stores.rows.size).toBe(3);
    await expect(receiver.event({ id: 'late' })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('stays for all of that time, and not longer where nothing is under way', async () => {
    const receiver = await openReceiver();
    const started = performance.now();
    await receiver.server.close({ lameDuckMs: 400 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(399);
    const other = await openReceiver({ times: { drainMs: 60_000 } });
    await other.event();
    await other.server.close();
    await expect(other.event()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('finishes what began in that time', async () => {
    let release = (): void => undefined;
    const receiver = await openReceiver({ limits: { recordMs: 20_000 }, times: { drainMs: 20_000 } });
    receiver.stores.hold = new Promise((resolve) => (release = resolve));
    const closed = receiver.server.close({ lameDuckMs: 300 });
    const late = receiver.event({ id: 'late' });
    await vi.waitFor(() => expect(receiver.stores.calls.record).toBe(1));
    await vi.waitFor(() => expect(send(receiver.port, 'GET', '/healthz')).rejects.toThrow(/ECONNREFUSED/), 10_000);
    release();
    expect((await late).status).toBe(200);
    await closed;
  });
});
