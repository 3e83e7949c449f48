import { beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/main.ts';
import { signStripe } from '../fixtures/signers.ts';
import { makePostgres } from '../helpers/databases.ts';
import { countNotes } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { describeWithOwnPostgres } from '../helpers/own-postgres.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { send } from '../helpers/receiver.ts';
import { makeRoleFolder } from '../helpers/role-process.ts';
import { failPaymentUnsent } from '../helpers/senders.ts';
import { startTcpProxy } from '../../bench/rig/tcp-proxy.ts';
import { teardown } from '../helpers/teardown.ts';
import type { Sandbox } from '../../sandbox/main.ts';
import type { OwnTemporal } from '../helpers/own-temporal.ts';
import type { RoleFolder } from '../helpers/role-process.ts';
import type { TcpProxy } from '../../bench/rig/tcp-proxy.ts';

const STARTED_WITHIN_MS = 120_000;

describeWithOwnPostgres('`deskbridge server` and `deskbridge worker`, started while the store is away', () => {
  let sandbox: Sandbox;
  let temporal: OwnTemporal;
  let proxy: TcpProxy;
  let folder: RoleFolder;
  const closeAfter = teardown();
  beforeAll(async () => {
    sandbox = await startSandbox({ chatwoot: { messagesPerMinute: 100_000 } });
    closeAfter(() => sandbox.close());
    temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    const { url, remove } = await makePostgres();
    closeAfter(() => remove());
    const store = new URL(url ?? '');
    proxy = await startTcpProxy({ host: store.hostname, port: Number(store.port) });
    closeAfter(() => proxy.close());
    await proxy.cut();
    store.hostname = '127.0.0.1';
    store.port = String(proxy.port);
    folder = makeRoleFolder(toConfig(sandbox, temporal.address), toEnv(sandbox, store.href));
    closeAfter(() => folder.remove());
  });

  it('take events through Temporal, and do with them what is to be done when the store answers', async () => {
    const [server, worker] = [folder.start('server'), folder.start('worker')];
    const port = await eventually(() => {
      const found = /webhooks come to http:\/\/[^:]+:(\d+)/.exec(server.output())?.[1];
      expect(found, server.output()).toBeDefined();
      return Number(found);
    }, STARTED_WITHIN_MS);
    await eventually(() => expect(worker.output()).toContain('the worker waits for it'), STARTED_WITHIN_MS);

    const hook = await failPaymentUnsent({ sandbox });
    const headers = signStripe(sandbox.describe().stripe.webhookSecret, hook.body, Math.floor(Date.now() / 1000));
    const signature = { 'content-type': 'application/json', 'stripe-signature': String(headers['Stripe-Signature']) };
    // The first thing a fresh process does may take longer than senders wait: they send again.
    await eventually(async () => expect((await send(port, 'POST', '/webhooks/billing', hook.body, signature)).status).toBe(200));
    const ready = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    expect(await ready()).toMatchObject({ ready: true, store: 'down', fallback: 'up' });
    expect([server.child.exitCode, worker.child.exitCode]).toEqual([null, null]);

    await proxy.restore();
    await eventually(
      () => expect(countNotes({ sandbox }, [hook.invoiceId]), `${server.output()}\n${worker.output()}`).toEqual([1]),
      STARTED_WITHIN_MS,
    );
    await eventually(async () => expect(await ready()).toMatchObject({ ready: true, store: 'up' }));
    expect(server.output()).toContain('dispatching has begun');
  });

  it('end when they are asked to, though the store never answered', async () => {
    await proxy.cut();
    const processes = [folder.start('server'), folder.start('worker')];
    await eventually(() => {
      for (const { output } of processes) expect(output()).toContain('the store does not answer');
    }, STARTED_WITHIN_MS);
    for (const { child } of processes) child.kill('SIGTERM');
    await eventually(() => expect(processes.map(({ child }) => child.exitCode)).toEqual([0, 0]), STARTED_WITHIN_MS);
  });
});

function toConfig(sandbox: Sandbox, temporalAddress: string): string {
  const { chatwoot, stripe } = sandbox.describe();
  return `
server: { port: 0 }
temporal: { address: "${temporalAddress}" }
store: { url: env:DATABASE_URL }
encryption: { key: env:DESKBRIDGE_KEY }
helpdesk: { type: chatwoot, baseUrl: "${chatwoot.origin}", account: ${chatwoot.accountId}, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: "${stripe.origin}", key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }
`;
}

function toEnv(sandbox: Sandbox, databaseUrl: string): { [name: string]: string } {
  const { chatwoot, stripe } = sandbox.describe();
  return {
    DATABASE_URL: databaseUrl,
    DESKBRIDGE_KEY: Buffer.alloc(32, 7).toString('base64'),
    HELPDESK_TOKEN: chatwoot.token,
    HELPDESK_SECRET: chatwoot.webhookSecret,
    STRIPE_KEY: stripe.key,
    STRIPE_SECRET: stripe.webhookSecret,
  };
}
