import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { signChatwoot, signStripe } from '../fixtures/signers.ts';
import { makeBreakableStore } from '../helpers/breakable-store.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { startOwnTemporal } from '../helpers/own-temporal.ts';
import { CANARY, findIn, PLANTED, secretsOf, signaturesOf } from '../helpers/planted.ts';
import { failPaymentUnsent, post, sendChatwoot, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import type { BreakableStore } from '../helpers/breakable-store.ts';
import type { OwnTemporal } from '../helpers/own-temporal.ts';
import type { Reply } from '../helpers/receiver.ts';
import type { Stack } from '../helpers/stack.ts';

/** The third flow names a channel that Slack does not know: its deliveries park. */
const FLOWS = `
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing, note: "${PLANTED.note} {{customer.email}} {{invoice.number}}" } }
  - { name: threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
  - { name: lost, on: helpdesk/conversation.created, do: slack-thread, with: { connection: team, channel: C0NOWHERE, header: "{{contact.name}} writes" } }
`;

describe('secrets, signatures, bodies and personal data of a whole run', () => {
  let temporal: OwnTemporal;
  let store: BreakableStore;
  let stack: Stack;
  let planted: readonly string[];
  const refusals: Reply[] = [];
  let metrics = '';
  let listed = '';
  let disk: Buffer = Buffer.alloc(0);

  const closeAfter = teardown();
  beforeAll(async () => {
    temporal = await startOwnTemporal();
    closeAfter(() => temporal.remove());
    store = await makeBreakableStore();
    closeAfter(() => store.remove());
    stack = await startStack({ db: store.db, helpdesk: 'chatwoot', flows: FLOWS, temporalAddress: temporal.address });
    closeAfter(() => stack.close());
    closeAfter(() => temporal.start());
    closeAfter(() => store.up());
    await runFlows(stack, store);
    await runParked(stack);
    refusals.push(...(await sendRefused(stack)));
    await runOutage(stack, store);
    await putCanary(temporal);
    metrics = await (await fetch(`${stack.adminOrigin}/metrics`)).text();
    listed = await listWorkflows(stack);
    await temporal.stop();
    await store.down();
    refusals.push(await sendStripe(stack, (await failPaymentUnsent(stack, PLANTED.email)).body));
    disk = temporal.bytes();
    planted = [...Object.values(PLANTED), ...secretsOf(stack), ...signaturesOf(stack)];
  });

  it('the run met every kind of answer and signed many requests', () => {
    expect(refusals.map(({ status }) => status)).toEqual([401, 401, 400, 200, 404, 404, 405, 415, 503]);
    expect(signaturesOf(stack).length).toBeGreaterThan(8);
  });

  it('none is in the log', () => {
    expect(stack.log()).toContain('"verdict":"accepted"');
    // What the SDK says of failed activities is searched as well.
    expect(stack.log()).toContain('"source":"temporal"');
    expect(findIn(stack.log(), planted)).toEqual([]);
  });

  it('none is in the metrics', () => {
    expect(metrics).toContain('deskbridge_webhook_requests_total');
    expect(findIn(metrics, planted)).toEqual([]);
  });

  it('none is in an answer that refuses', () => {
    expect(findIn(JSON.stringify(refusals), planted)).toEqual([]);
  });

  it('none is in a workflow id or a search attribute', () => {
    expect(listed).toContain('delivery/threads/');
    expect(listed).toContain('intake/');
    expect(findIn(listed, planted)).toEqual([]);
  });

  it("none is in clear in Temporal's own database, where a canary in clear is found", () => {
    expect(findIn(disk, [CANARY])).toHaveLength(1);
    expect(findIn(disk, planted)).toEqual([]);
  });
});

/** Both flows with planted values, through answers 429 and 500 of the remote systems. */
async function runFlows(stack: Stack, store: BreakableStore): Promise<void> {
  const { chatwoot, slack, stripe } = stack.sandbox;
  failPosts(stack.sandbox, '429', { retryAfter: 1 });
  failPosts(stack.sandbox, '500');
  const written = chatwoot.customerWrites('new', PLANTED.message, [], { name: PLANTED.name, email: PLANTED.email });
  chatwoot.agentWrites(written.conversationId, PLANTED.answer);
  stripe.failPayment({ amountDue: 4900, currency: 'usd', name: PLANTED.name, email: PLANTED.email, phone: PLANTED.phone });
  await eventually(() => {
    const said = JSON.stringify(slack.threads('C0123'));
    expect(findIn(said, [PLANTED.message, PLANTED.answer])).toHaveLength(2);
  });
  const notes = (): string[] =>
    deskOf(stack.sandbox, 'chatwoot')
      .conversations()
      .flatMap((conversation) => conversation.notes);
  await eventually(() => expect(notes().join('\n')).toContain(`${PLANTED.note} ${PLANTED.email}`));
  expect(await countRows(store.direct, 'event')).toBeGreaterThan(2);
}

/** A delivery that parked goes on with a text that an operator gave it. */
async function runParked(stack: Stack): Promise<void> {
  const parked = await eventually(async () => {
    const query = `NeedsAttention = true and TaskQueue = '${stack.queues.live}'`;
    for await (const { workflowId } of stack.client.workflow.list({ query })) return workflowId;
    throw new Error('Nothing has parked yet.');
  });
  const values = { 'open-thread': { channel: 'C0123', text: PLANTED.edit } };
  await stack.client.workflow.getHandle(parked).executeUpdate('edit', { args: [{ values }] });
  await eventually(() => expect(JSON.stringify(stack.sandbox.slack.threads('C0123'))).toContain(PLANTED.edit));
}

/** Requests that are not taken, each with planted values where it may hold them. */
async function sendRefused(stack: Stack): Promise<Reply[]> {
  const now = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({ event: 'message_created', content: PLANTED.message, account: { id: 1 } });
  const { webhookSecret } = stack.sandbox.describe().stripe;
  return [
    await post(stack, 'billing', body, { ...signStripe('another', body, now), 'Stripe-Signature': `t=${now},v1=${PLANTED.signature}` }),
    await post(stack, 'helpdesk', body, { ...signChatwoot('another', body, now), 'X-Chatwoot-Signature': `sha256=${PLANTED.signature}` }),
    await sendStripe(stack, PLANTED.unreadable),
    await sendChatwoot(stack, 'helpdesk', `{"event":"${PLANTED.unreadable}`),
    await post(stack, PLANTED.path, body, {}),
    await post(stack, `billing/${PLANTED.path}/more?${PLANTED.query}`, body, {}),
    await stackGet(stack, `/webhooks/billing?${PLANTED.query}`),
    await post(stack, 'billing', body, { ...signStripe(webhookSecret, body, now), 'Content-Encoding': 'gzip' }),
  ];
}

async function stackGet(stack: Stack, path: string): Promise<Reply> {
  const response = await fetch(`${stack.origin}${path}`, { method: 'DELETE' });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** An event that goes through Temporal with its whole body, while the store is away. */
async function runOutage(stack: Stack, store: BreakableStore): Promise<void> {
  const settled = (): Promise<number> => countRows(store.direct, 'delivery', "flow = 'dunning' and state = 2");
  const before = await settled();
  const hook = await failPaymentUnsent(stack, PLANTED.outage);
  await store.down();
  expect((await sendStripe(stack, hook.body)).status).toBe(200);
  await store.up();
  await eventually(async () => expect(await settled()).toBe(before + 1));
}

/** A workflow of a client without the product's codec: nobody runs it, and its input lies in clear. */
async function putCanary({ address }: OwnTemporal): Promise<void> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  await client.workflow.start('canary', { workflowId: 'canary', taskQueue: 'nobody', args: [CANARY] });
  await connection.close();
}

/** All that Temporal shows of workflows without decoding anything. */
async function listWorkflows(stack: Stack): Promise<string> {
  const found: unknown[] = [];
  for await (const { workflowId, runId, type, typedSearchAttributes, memo } of stack.client.workflow.list())
    found.push({ workflowId, runId, type, attributes: typedSearchAttributes.getAll(), memo });
  return JSON.stringify(found);
}
