import { beforeAll, describe, expect, it } from 'vitest';
import { makeBreakableStore } from '../helpers/breakable-store.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { failPaymentUnsent, sendChatwoot, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import type { BreakableStore } from '../helpers/breakable-store.ts';
import type { OwnTemporal } from '../helpers/own-temporal.ts';
import type { StripeHook } from '../helpers/senders.ts';
import type { Stack } from '../helpers/stack.ts';

const BOT = `
  bot: { type: chatwoot, kind: agent-bot, baseUrl: "http://127.0.0.1:9", account: 1, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }`;
/** Stripe keeps trying for days; here it tries this often, this far apart. */
const STRIPE_WAITS_MS = Array.from({ length: 120 }, () => 500);
const BOT_EVENT = JSON.stringify({ event: 'conversation_resolved', id: 7, account: { id: 1 } });
const MOST_ACK_MS = 5000;

describe('while both the store and Temporal are stopped', () => {
  let temporal: OwnTemporal;
  let store: BreakableStore;
  let stack: Stack;
  let accepted: StripeHook;
  let refused: StripeHook;
  const closeAfter = teardown();
  beforeAll(async () => {
    temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    store = await makeBreakableStore();
    closeAfter(() => store.remove());
    stack = await startStack({
      db: store.db,
      helpdesk: 'chatwoot',
      flows: DUNNING_ONLY,
      temporalAddress: temporal.address,
      connections: BOT,
      sandbox: { stripe: { retryWaitsMs: STRIPE_WAITS_MS } },
    });
    closeAfter(() => stack.close());
    closeAfter(() => temporal.start());
    closeAfter(() => store.up());
    accepted = await failPaymentUnsent(stack);
    refused = await failPaymentUnsent(stack);
  });

  it('a sender that repeats is answered 503 with Retry-After in time, and a Chatwoot agent bot 500, the code that it repeats after', async () => {
    // Accepted with Temporal alone away, so that it still waits in the inbox when the store goes too.
    await temporal.stop();
    expect((await sendStripe(stack, accepted.body)).status).toBe(200);
    await store.down();
    const startedMs = performance.now();
    const answer = await sendStripe(stack, refused.body);
    const tookMs = performance.now() - startedMs;
    console.info(`ack while store and Temporal are down: ${Math.round(tookMs)} ms`);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(MOST_ACK_MS);
    expect((await sendChatwoot(stack, 'bot', BOT_EVENT)).status).toBe(500);
    // Answered from memory, which is renewed every two seconds.
    await eventually(async () => expect((await fetch(`${stack.origin}/readyz`)).status).toBe(503));
  });

  it('what was accepted before and what a sender repeats is delivered once when both are back', async () => {
    const repeated = stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd' });
    await eventually(() => expect(stack.sandbox.stripe.hooks.attempts().map(({ status }) => status)).toContain(503));
    await store.up();
    await temporal.start();
    await repeated.told;
    expect(repeated.event.delivered).toBe(true);
    await eventually(async () => expect(await countRows(store.direct, 'delivery', 'state = 2')).toBe(2));
    expect(countNotes(stack, [accepted.invoiceId, repeated.invoice.id, refused.invoiceId])).toEqual([1, 1, 0]);
  });
});
