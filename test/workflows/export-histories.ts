// `npm run histories`: runs the product and writes what Temporal recorded of its workflows, for replay.test.ts;
// with `-- -t '<title>'` only the histories of those tests. What is not recorded any more is removed by hand: replay.test.ts lists all.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterEach, expect, it } from 'vitest';
import { releaseLease } from '../../store/inbox/lease.ts';
import { createStarter } from '../../temporal/starter.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, parkedOne, workflowsOf } from '../helpers/watch.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import type { Client } from '@temporalio/client';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack, StackOptions } from '../helpers/stack.ts';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
const BAD_EMAIL = 'nobody';

mkdirSync(FOLDER, { recursive: true });

let made: TestDatabase;
let stack: Stack;

let close = (): Promise<void> => Promise.resolve();
afterEach(() => close());

async function open(way: NonNullable<StackOptions['way']>): Promise<void> {
  made = await makeDatabase();
  stack = await startStack({ db: made.db, helpdesk: 'chatwoot', way });
  close = async () => {
    close = () => Promise.resolve();
    await stack.close();
    await made.remove();
  };
}
it('a delivery: happy, with a step that was retried, and of a thread', async () => {
  await open('delivery');
  await failPayment({ email: 'lisa@example.com' });
  await save('delivery-happy', await newest('dunning'));
  stack.sandbox.chatwoot.faults.add({ kind: '500', match: { method: 'POST', path: '/api/v1/accounts/:account/contacts' } });
  await failPayment({ email: 'mia@example.com' });
  await save('delivery-retried', await newest('dunning'));
  const desk = deskOf(stack.sandbox, 'chatwoot');
  const { conversationId } = desk.customerWrites('new', 'Where is my order?');
  await allSettled(made.db, 1, 'team-threads');
  desk.customerWrites(conversationId, 'Are you there?');
  await desk.system.hooks.idle();
  await save('delivery-thread', await newest('team-threads'));
});

it('a delivery: parked, then retry, skip, edit, and lost to another', async () => {
  await open('delivery');
  for (const decision of ['retry', 'skip', 'edit'] as const) {
    const failed = stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd', email: BAD_EMAIL });
    const { workflowId } = await parkedOne(stack, made.db);
    const customer = stack.sandbox.stripe.state.customers.get(failed.invoice.customerId);
    if (customer !== undefined && decision === 'retry') customer.email = 'mended@example.com';
    const handle = stack.client.workflow.getHandle(workflowId);
    if (decision === 'edit') await handle.executeUpdate(decision, { args: [{ values: { contact: { email: 'edited@example.com' } } }] });
    else await handle.executeUpdate(decision);
    await allSettled(made.db, 1, 'dunning');
    await save(`delivery-parked-${decision}`, workflowId);
  }
  stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd', email: BAD_EMAIL });
  const parked = await parkedOne(stack, made.db);
  const [held] = await made.db.query<{ lease: string }>('select lease from delivery where id = $1', [parked.id]);
  await releaseLease(made.db, held?.lease ?? '', { reason: 'by hand', notBeforeMs: 600_000 });
  await stack.client.workflow.getHandle(parked.workflowId).executeUpdate('retry');
  await save('delivery-lost-while-parked', parked.workflowId);
});

it('a delivery: released by a gate, and lost before it began', async () => {
  await open('delivery');
  stack.sandbox.slack.faults.add({ kind: 'expired-token', times: 1_000_000 });
  deskOf(stack.sandbox, 'chatwoot').customerWrites('new', 'Hello?');
  await eventually(async () =>
    expect((await deliveriesOf(made.db)).map(({ reason }) => reason)).toContainEqual(expect.stringContaining('unauthorized')),
  );
  const [released] = await workflowsOf(stack, `WorkflowType = 'delivery'`);
  await save('delivery-released', released?.id ?? '');
  const group = { lease: 'of-nobody', flow: 'dunning', lane: 0, key: 'k' } as const;
  const starter = createStarter({ client: stack.client, eager: false, queues: stack.queues });
  const about = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: ['1'] };
  await save('delivery-lost', await starter.startDelivery({ group, deliveryIds: ['1'] }, about));
});

it('a delivery: of what shows late, of what is gone, and of what another event has told', async () => {
  await open('delivery');
  const { stripe } = stack.sandbox;
  const late = stripe.failPayment({ amountDue: 4900, currency: 'usd', email: 'lisa@example.com' });
  stripe.state.invoices.delete(late.invoice.id);
  await eventually(() => expect(stripe.journal.count({ route: '/v1/invoices/:id' })).toBeGreaterThan(0));
  stripe.state.invoices.set(late.invoice.id, late.invoice);
  await allSettled(made.db, 1, 'dunning');
  await save('delivery-looked-again', await newest('dunning'));
  const gone = stripe.failPayment({ amountDue: 4900, currency: 'usd', email: 'mia@example.com' });
  stripe.state.invoices.delete(gone.invoice.id);
  await allSettled(made.db, 2, 'dunning');
  await save('delivery-gone', await newest('dunning'));
  const { body } = await failPaymentUnsent(stack);
  const told: object = JSON.parse(body);
  await sendStripe(stack, body);
  await sendStripe(stack, JSON.stringify({ ...told, id: 'evt_twin' }));
  await allSettled(made.db, 4, 'dunning');
  await save('delivery-told-already', await newest('dunning'));
});

it('a delivery: given back after its retries', async () => {
  await open('delivery');
  failPosts(stack.sandbox, 'html-503', { retryAfter: 60 });
  deskOf(stack.sandbox, 'chatwoot').customerWrites('new', 'Hello?');
  await eventually(async () =>
    expect((await deliveriesOf(made.db)).map(({ reason }) => reason)).toContainEqual(expect.stringContaining('unavailable')),
  );
  const [givenBack] = await workflowsOf(stack, `WorkflowType = 'delivery'`);
  await save('delivery-given-back', givenBack?.id ?? '');
});

it('a batch and an intake', async () => {
  await open('batch');
  await failPayment({ email: 'lisa@example.com' });
  const [batch] = await workflowsOf(stack, `WorkflowType = 'batch'`);
  await save('batch-happy', batch?.id ?? '');
  const starter = createStarter({ client: stack.client, eager: false, queues: stack.queues });
  const raw = Buffer.from('{}').toString('base64');
  const receivedAt = '2026-01-01T00:00:00.000Z';
  const dedupe = '0a'.repeat(32);
  const row = { connection: 'billing', dedupe, topic: 'invoice.paid', record: null, raw, receivedAt, deliveries: [] };
  const id = `intake/histories/${stack.queues.live}`;
  await starter.startIntake(id, { rows: [row] }, 10_000);
  await save('intake', id);
});

it('a batch that fails', async () => {
  const host = await startWorkflowHost({
    runBatch: () => Promise.reject(new Error('its worker was stopped')),
    releaseLease: () => Promise.resolve(2),
  });
  const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
  const about = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: [] };
  const id = await starter.startBatch({ lease: `lease-${host.id}`, flow: 'dunning', lane: 0, groups: 2 }, about);
  await saveFrom(host.client, 'batch-failed', id);
  await host.close();
});

async function failPayment(invoice: { readonly email: string }): Promise<void> {
  await stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd', ...invoice }).told;
  await allSettled(made.db, 1, 'dunning');
}

/** The newest delivery workflow of a flow. */
async function newest(flow: string): Promise<string> {
  const [first] = await workflowsOf(stack, `WorkflowType = 'delivery' and DeskFlow = '${flow}'`);
  return first?.id ?? '';
}

function save(name: string, workflowId: string): Promise<void> {
  return saveFrom(stack.client, name, workflowId);
}

/** Who ran it, and on which machine, is nobody's business and nothing to a replay. */
async function saveFrom(client: Client, name: string, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  await handle.result();
  const history = historyToJSON(await handle.fetchHistory()).replaceAll(/"identity": ?"[^"]*"/g, '"identity": "worker"');
  writeFileSync(`${FOLDER}${name}.json`, `${history}\n`);
}
