import { beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../sandbox/main.ts';
import { signStripe } from '../fixtures/signers.ts';
import { kill, makeDevFolder } from '../helpers/dev-process.ts';
import { countNotes } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { send } from '../helpers/receiver.ts';
import { failPaymentUnsent } from '../helpers/senders.ts';
import { teardown } from '../helpers/teardown.ts';
import type { Sandbox } from '../../sandbox/main.ts';
import type { DevFolder } from '../helpers/dev-process.ts';
import type { OwnTemporal } from '../helpers/own-temporal.ts';
import type { StripeHook } from '../helpers/senders.ts';

const EVENTS = 40;
/** Answers after which the process is killed, while the rest is on its way. */
const ANSWERS = 20;
/** What a dead process took and did not hand over is taken over after 30 s. */
const DELIVERED_WITHIN_MS = 60_000;
const TEST_MS = 150_000;

function toConfig(sandbox: Sandbox, temporalAddress: string): string {
  const { chatwoot, stripe } = sandbox.describe();
  return `
server: { port: 0 }
temporal: { address: "${temporalAddress}" }
helpdesk: { type: chatwoot, baseUrl: "${chatwoot.origin}", account: ${chatwoot.accountId}, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: "${stripe.origin}", key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }
`;
}

function toEnv(sandbox: Sandbox): { [name: string]: string } {
  const { chatwoot, stripe } = sandbox.describe();
  return {
    HELPDESK_TOKEN: chatwoot.token,
    HELPDESK_SECRET: chatwoot.webhookSecret,
    STRIPE_KEY: stripe.key,
    STRIPE_SECRET: stripe.webhookSecret,
  };
}

describe('the process killed with SIGKILL', () => {
  let temporal: OwnTemporal;
  let sandbox: Sandbox;
  let folder: DevFolder;
  const hooks: StripeHook[] = [];
  const closeAfter = teardown();
  beforeAll(async () => {
    temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    sandbox = await startSandbox({ chatwoot: { messagesPerMinute: 100_000 } });
    closeAfter(() => sandbox.close());
    for (let n = 0; n < EVENTS; n += 1) hooks.push(await failPaymentUnsent({ sandbox }));
    folder = makeDevFolder(toConfig(sandbox, temporal.address), toEnv(sandbox));
    closeAfter(() => folder.remove());
  });

  const sendTo = async (port: number, { body }: StripeHook): Promise<number> => {
    const headers = signStripe(sandbox.describe().stripe.webhookSecret, body, Math.floor(Date.now() / 1000));
    const signature = { 'content-type': 'application/json', 'stripe-signature': String(headers['Stripe-Signature']) };
    return (await send(port, 'POST', '/webhooks/billing', body, signature)).status;
  };

  it(
    'between accepting and delivering: everything that was answered 200 is delivered once after a restart',
    async () => {
      const first = await folder.start();
      const accepted: string[] = [];
      const answers = await Promise.allSettled(
        hooks.map(async (hook) => {
          const status = await sendTo(first.port, hook);
          if (status === 200) accepted.push(hook.invoiceId);
          if (accepted.length === ANSWERS) await kill(first.process);
          return status;
        }),
      );
      expect(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))).toEqual(accepted.map(() => 200));
      expect(first.process.signalCode).toBe('SIGKILL');
      const atTheKill = countNotes({ sandbox }, accepted);
      expect(atTheKill.filter((notes) => notes === 0).length).toBeGreaterThan(0);

      const second = await folder.start();
      const startedMs = performance.now();
      await eventually(() => expect(countNotes({ sandbox }, accepted)).toEqual(accepted.map(() => 1)), DELIVERED_WITHIN_MS);
      console.info(
        `${accepted.length} accepted, ${atTheKill.length - atTheKill.filter((notes) => notes === 0).length} delivered before the kill, the rest ${Math.round(performance.now() - startedMs)} ms after the restart`,
      );
      // A sender that had no answer sends again, others for good measure: nothing is doubled.
      const again = await Promise.all(hooks.map((hook) => sendTo(second.port, hook)));
      expect(again).toEqual(hooks.map(() => 200));
      expect(countNotes({ sandbox }, accepted)).toEqual(accepted.map(() => 1));
    },
    TEST_MS,
  );
});
