import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { startSandbox } from '../../sandbox/main.ts';
import { signStripe } from '../fixtures/signers.ts';
import { deskOf } from '../helpers/desk.ts';
import { MAIN, makeDevFolder } from '../helpers/dev-process.ts';
import { eventually } from '../helpers/eventually.ts';
import { send } from '../helpers/receiver.ts';
import { failPaymentUnsent } from '../helpers/senders.ts';
import { teardown } from '../helpers/teardown.ts';
import type { Sandbox } from '../../sandbox/main.ts';
import type { DevFolder } from '../helpers/dev-process.ts';

/** Chatwoot refuses a contact with such an address. */
const BAD_EMAIL = 'nobody';

const listed = z.object({ deliveries: z.array(z.object({ id: z.string(), state: z.string() })) });

/** The command line as an operator uses it: processes beside the running one, in its folder. */
describe('an operator at the command line', () => {
  let sandbox: Sandbox;
  let folder: DevFolder;
  let env: { [name: string]: string };
  let port: number;
  const closeAfter = teardown();
  beforeAll(async () => {
    sandbox = await startSandbox({ chatwoot: { messagesPerMinute: 100_000 } });
    closeAfter(() => sandbox.close());
    const { chatwoot, stripe } = sandbox.describe();
    env = {
      HELPDESK_TOKEN: chatwoot.token,
      HELPDESK_SECRET: chatwoot.webhookSecret,
      STRIPE_KEY: stripe.key,
      STRIPE_SECRET: stripe.webhookSecret,
    };
    folder = makeDevFolder(toConfig(sandbox), env);
    closeAfter(() => folder.remove());
    ({ port } = await folder.start());
  });

  const deskbridge = async (...args: string[]): Promise<string> => {
    return (await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder.path, env: { ...process.env, ...env } })).stdout;
  };
  const park = async (): Promise<{ readonly id: string; readonly customerId: string }> => {
    const { body, customerId } = await failPaymentUnsent({ sandbox }, BAD_EMAIL);
    const headers = signStripe(sandbox.describe().stripe.webhookSecret, body, Math.floor(Date.now() / 1000));
    const signature = { 'content-type': 'application/json', 'stripe-signature': String(headers['Stripe-Signature']) };
    expect((await send(port, 'POST', '/webhooks/billing', body, signature)).status).toBe(200);
    const id = await eventually(async () => {
      const { deliveries } = listed.parse(JSON.parse(await deskbridge('deliveries', 'list', '--state', 'parked', '--json')));
      const [one] = deliveries;
      if (one === undefined) throw new Error('nothing is parked');
      return one.id;
    });
    return { id, customerId };
  };
  const notesOf = (email: string): readonly string[] =>
    deskOf(sandbox, 'chatwoot')
      .conversations()
      .filter((conversation) => conversation.email === email)
      .flatMap(({ notes }) => notes);
  const settled = (id: string, state: string): Promise<void> =>
    eventually(async () => expect(await deskbridge('deliveries', 'show', id)).toContain(state));

  it('retries a parked delivery after mending what stopped it', async () => {
    const { id, customerId } = await park();
    const customer = sandbox.stripe.state.customers.get(customerId);
    if (customer !== undefined) customer.email = 'retried@example.com';
    await deskbridge('deliveries', 'retry', id);
    await settled(id, 'done');
    expect(notesOf('retried@example.com')).toHaveLength(1);
  });

  it('skips one', async () => {
    const { id } = await park();
    await deskbridge('deliveries', 'skip', id);
    await settled(id, 'skipped');
  });

  it('edits what was not sent yet', async () => {
    const { id } = await park();
    await deskbridge('deliveries', 'edit', id, '--set', 'contact.email=edited@example.com');
    await settled(id, 'done');
    expect(notesOf('edited@example.com')).toHaveLength(1);
  });

  it('is told what is wrong, with exit status 1, for a delivery that there is not', async () => {
    await expect(deskbridge('deliveries', 'retry', '999999')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('999999') });
  });
});

function toConfig(sandbox: Sandbox): string {
  const { chatwoot, stripe } = sandbox.describe();
  return `
server: { port: 0 }
temporal: { address: "${inject('temporalAddress')}" }
helpdesk: { type: chatwoot, baseUrl: "${chatwoot.origin}", account: ${chatwoot.accountId}, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: "${stripe.origin}", key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }
`;
}
