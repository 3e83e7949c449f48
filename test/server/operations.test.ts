import { describe, expect, it, vi } from 'vitest';
import { openReceiver, send } from '../helpers/receiver.ts';

describe('health and metrics of the receiver', () => {
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

  it('notices an outage of the store and its end without any webhook', async () => {
    const receiver = await openReceiver();
    const readiness = async (): Promise<unknown> => JSON.parse((await send(receiver.port, 'GET', '/readyz')).body);
    Object.assign(receiver.stores, { store: 'hanging', temporal: 'down' });
    await vi.waitFor(async () => expect(await readiness()).toMatchObject({ ready: false, store: 'down', fallback: 'down' }), 10_000);
    receiver.stores.temporal = 'up';
    await vi.waitFor(async () => expect(await readiness()).toMatchObject({ ready: true, store: 'down', fallback: 'up' }), 10_000);
  });

  it('shows requests by connection and verdict, time to the answer, bytes and what is under way', async () => {
    const receiver = await openReceiver();
    await receiver.event();
    await receiver.event();
    await receiver.post('/webhooks/nowhere', '{}');
    const body = await receiver.metrics.text();
    for (const line of [
      'deskbridge_webhook_requests_total{connection="shop",verdict="accepted"} 1',
      'deskbridge_webhook_requests_total{connection="shop",verdict="duplicate"} 1',
      'deskbridge_webhook_requests_total{connection="none",verdict="unknown_path"} 1',
      'deskbridge_webhook_ack_seconds_count{connection="shop"} 2',
      'deskbridge_webhook_in_flight 0',
      'deskbridge_webhook_arriving 0',
    ])
      expect(body).toContain(line);
  });
});
