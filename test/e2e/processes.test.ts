import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../bench/rig/free-port.ts';
import { signStripe } from '../fixtures/signers.ts';
import { startCliProcess } from '../helpers/started-process.ts';
import { makePostgres, POSTGRES_URL } from '../helpers/databases.ts';
import { kill } from '../helpers/dev-process.ts';
import { eventually } from '../helpers/eventually.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { send } from '../helpers/receiver.ts';
import { teardown } from '../helpers/teardown.ts';
import type { CliProcess } from '../helpers/started-process.ts';
import type { Reply } from '../helpers/receiver.ts';

const SECRET = 'whsec_of_this_test';
const TOKEN = 'an-admin-token-of-this-test';

function toConfig(port: number, temporalAddress: string): string {
  return `
server: { port: ${port}, lameDuck: 3s, admin: { token: env:ADMIN_TOKEN } }
temporal: { address: "${temporalAddress}" }
store: { url: env:STORE }
encryption: { key: env:KEY }
helpdesk: { type: chatwoot, baseUrl: "http://127.0.0.1:9", account: 1, token: env:TOKEN, webhookSecret: env:SECRET }
connections: { billing: { type: stripe, baseUrl: "http://127.0.0.1:9", key: env:TOKEN, webhookSecrets: [env:SECRET] } }
flows: [{ name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }]
`;
}

describe.skipIf(POSTGRES_URL === undefined && process.env['CI'] === undefined)('server and worker on one machine', () => {
  const env = { TOKEN: 'token', SECRET, ADMIN_TOKEN: TOKEN, KEY: Buffer.alloc(32, 7).toString('base64'), STORE: '' };
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-processes-'));
  let port = 0;
  const closeAfter = teardown();
  beforeAll(async () => {
    closeAfter(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    const temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    const database = await makePostgres();
    closeAfter(() => database.remove());
    env.STORE = database.url ?? '';
    port = await freePort();
    writeFileSync(join(folder, 'deskbridge.yaml'), toConfig(port, temporal.address));
  });

  const start = async (name: 'server' | 'worker'): Promise<CliProcess> => {
    const started = await startCliProcess(name, folder, env);
    closeAfter(() => kill(started.child));
    return started;
  };
  const metricsAt = (at: number): Promise<Reply> => send(at, 'GET', '/metrics', '', { authorization: `Bearer ${TOKEN}` });
  const postEvent = (id: string): Promise<Reply> => {
    const object = { id: 'in_1', object: 'invoice', attempt_count: 1 };
    const body = JSON.stringify({ id, object: 'event', type: 'invoice.payment_failed', livemode: false, data: { object } });
    const signature = String(signStripe(SECRET, body, Math.floor(Date.now() / 1000))['Stripe-Signature']);
    return send(port, 'POST', '/webhooks/billing', body, { 'content-type': 'application/json', 'stripe-signature': signature });
  };

  it('each show their own metrics on a port of their own, from one configuration, and the public port shows none', async () => {
    const server = await start('server');
    const worker = await start('worker');
    expect(server.says).toContain(`metrics are at http://127.0.0.1:${port + 1}/metrics`);
    expect(worker.says).toContain(`metrics are at http://127.0.0.1:${port + 2}/metrics`);
    expect((await send(port, 'GET', '/metrics')).status).toBe(404);
    expect((await send(port + 1, 'GET', '/metrics')).status).toBe(401);
    expect((await send(port + 2, 'GET', '/readyz')).status).toBe(200);

    expect((await postEvent('evt_1')).status).toBe(200);
    await eventually(async () => {
      const { body } = await metricsAt(port + 2);
      expect(body).toMatch(/deskbridge_activities_total\{activity="loadGroup",outcome="completed"\} 1/);
      expect(body).toMatch(/deskbridge_activities_total\{activity="readInvoice",outcome="failed"\} \d/);
      expect(body).toContain('process_resident_memory_bytes');
    });
    const { body } = await metricsAt(port + 1);
    expect(body).toContain('deskbridge_webhook_requests_total{connection="billing",verdict="accepted"} 1');
    expect(body).toContain('deskbridge_queue_under_way{flow="dunning",lane="0"}');

    server.child.kill('SIGINT');
    worker.child.kill('SIGKILL');
    expect(await server.ended).toBe(0);
    await worker.ended;
  });

  it('SIGTERM: the server takes webhooks for its lame-duck time, not ready, then ends; a second signal ends it at once', async () => {
    const server = await start('server');
    server.child.kill('SIGTERM');
    await eventually(async () => expect((await send(port, 'GET', '/readyz')).status).toBe(503));
    expect(await postEvent('evt_late')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect((await metricsAt(port + 1)).status).toBe(200);
    expect(await server.ended).toBe(0);

    const impatient = await start('server');
    impatient.child.kill('SIGTERM');
    await eventually(async () => expect((await send(port, 'GET', '/readyz')).status).toBe(503));
    impatient.child.kill('SIGTERM');
    expect(await impatient.ended).toBe(130);
  });

  it('SIGINT: whoever presses Ctrl-C waits for no load balancer', async () => {
    const server = await start('server');
    const startedMs = performance.now();
    server.child.kill('SIGINT');
    await eventually(() => expect(postEvent('evt_gone')).rejects.toThrow(/ECONNREFUSED/), 2_500);
    expect(await server.ended).toBe(0);
    console.info(`the server ended ${Math.round(performance.now() - startedMs)} ms after SIGINT`);
  });
});
