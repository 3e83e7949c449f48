import { createServer } from 'node:http2';
import { once } from 'node:events';
import { createEndpointHandler, object, service } from '@restatedev/restate-sdk';
import { Pool } from 'undici';
import { z } from 'zod';
import type { Context } from '@restatedev/restate-sdk';
import type { Peer, PeerEvent, PeerParts } from './peer.ts';

const CONNECTIONS = 32;
const HELD = "select count(*) as held from sys_invocation where status <> 'completed'";

const answer = z.object({ rows: z.array(z.object({ held: z.number() })) });

/**
 * Restate: an invocation an event, sent one way with the event's id as its idempotency key; the effect is a step of the handler
 * (`ctx.run`). Events with a key go to the virtual object of that key, which takes them one after another.
 * https://docs.restate.dev/services/invocation/http
 */
export async function startRestate(parts: PeerParts): Promise<Peer> {
  const deliver = async (context: Context, event: PeerEvent): Promise<void> => {
    await context.run('post', () => parts.effect(event.text));
  };
  const services = [service({ name: 'events', handlers: { deliver } }), object({ name: 'ordered', handlers: { deliver } })];
  const endpoint = createServer(createEndpointHandler({ services, logger: () => undefined }));
  endpoint.listen(parts.ownPort, '127.0.0.1');
  await once(endpoint, 'listening');
  const ingress = new Pool(parts.service('restate'), { connections: CONNECTIONS });
  const admin = new Pool(parts.service('restate-admin'), { connections: 1 });
  await post(admin, '/deployments', { uri: `http://127.0.0.1:${parts.ownPort}`, force: true });
  return {
    async accept(event) {
      const path = event.key === null ? '/events/deliver/send' : `/ordered/${encodeURIComponent(event.key)}/deliver/send`;
      await post(ingress, path, event, { 'idempotency-key': event.id });
    },
    held: async () => answer.parse(await post(admin, '/query', { query: HELD })).rows[0]?.held ?? 0,
    async close() {
      await Promise.all([ingress.close(), admin.close()]);
      endpoint.close();
    },
  };
}

async function post(pool: Pool, path: string, body: object, more: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...more };
  const { statusCode, body: said } = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
  if (statusCode >= 200 && statusCode < 300) return said.json();
  throw new Error(`Restate answered ${statusCode} to ${path}: ${(await said.text()).slice(0, 300)}`);
}
