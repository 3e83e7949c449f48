import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLazyClient } from '../../temporal/connect.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, currentDetails, deliveriesOf, parkedOne, workflowsOf } from '../helpers/watch.ts';
import type { DeskConversation } from '../helpers/desk.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Helpdesk, Stack, StackOptions } from '../helpers/stack.ts';
import type { EditInput } from '../../workflows/contract.ts';

const ON = 'on: billing/invoice.payment_failed, do: open-conversation';
const FLOWS = {
  dunning: `\n  - { name: dunning, ${ON}, with: { inbox: Billing, label: dunning } }\n`,
  nowhere: `\n  - { name: nowhere, ${ON}, with: { inbox: Nowhere } }\n  - { name: dunning, ${ON}, with: { inbox: Billing } }\n`,
  relabel: `\n  - { name: relabel, ${ON}, with: { inbox: Billing, reuse: never, label: nope } }\n`,
};
/** Chatwoot refuses a contact with such an address, so that only this customer's deliveries stop. */
const BAD_EMAIL = 'nobody';

let made: TestDatabase;
let stack: Stack;

function open(helpdesk: Helpdesk, options: Partial<StackOptions>): void {
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk, ...options });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });
}

describe('a delivery that only a person can mend', () => {
  open('chatwoot', { flows: FLOWS.dunning });

  it('is parked where operators find it, and says what happened and what to do', async () => {
    const { customerId } = await failPayment({ email: BAD_EMAIL });
    const parked = await parkedOne(stack, made.db);

    expect(await attention()).toEqual([parked.workflowId]);
    const details = await currentDetails(stack, parked.workflowId);
    expect(details).toContain(`Delivery **${parked.id}** of flow \`dunning\` stopped in step \`contact\` at connection \`helpdesk\`.`);
    expect(details).toContain("Chatwoot does not accept the contact's email: it is taken by another contact, or malformed.");
    expect(details).toContain(`deskbridge deliveries skip ${parked.id}`);
    expect(details).not.toContain(BAD_EMAIL);
    setEmail(customerId, 'mended@example.com');
    await update(parked.workflowId, 'retry');
    await allSettled(made.db, 1);

    expect(notesOf('mended@example.com')).toHaveLength(1);
    expect(await attention()).toEqual([]);
  });

  it('holds its own key alone; skipping leaves it out and lets the later ones of the key go on', async () => {
    const { customerId } = await failPayment({ email: BAD_EMAIL });
    const parked = await parkedOne(stack, made.db);
    await failPayment({ customerId, amountDue: 2002 });
    await failPayment({ email: 'other@example.com' });
    await eventually(() => expect(notesOf('other@example.com')).toHaveLength(1));
    const [waiting] = (await deliveriesOf(made.db)).filter(({ state }) => state === 'waiting');
    expect(waiting?.key).toBe(parked.key);

    setEmail(customerId, 'later@example.com');
    await update(parked.workflowId, 'skip');
    const rows = await allSettled(made.db, 4);
    expect(rows.find(({ id }) => id === parked.id)).toMatchObject({ state: 'skipped', outcome: 'Skipped by an operator after conflict.' });
    expect(notesOf('later@example.com')).toEqual([expect.stringContaining('20.02 USD')]);
  });

  it('takes new values by an edit that is written in plain JSON, as the Temporal UI sends it', async () => {
    await failPayment({ email: BAD_EMAIL });
    const parked = await parkedOne(stack, made.db);
    const { client, connection } = createLazyClient(
      { address: inject('temporalAddress'), namespace: 'default', tls: false, apiKey: null },
      {},
    );
    const args: [EditInput] = [{ values: { contact: { email: 'edited@example.com' } } }];
    await client.workflow.getHandle(parked.workflowId).startUpdate('edit', { args, waitForStage: 'ACCEPTED' });
    await connection.close();
    await allSettled(made.db, 5);

    expect(notesOf('edited@example.com')).toHaveLength(1);
  });

  it('refuses an edit that does not say which step it is for, and parks again on a field that the step has not got', async () => {
    await failPayment({ email: BAD_EMAIL });
    const parked = await parkedOne(stack, made.db);
    await expect(update(parked.workflowId, 'edit', { contact: {} })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('expected {"values": {"<step>": {"<field>": <new value>}}}') },
    });
    await update(parked.workflowId, 'edit', { values: { contact: { mail: 'x@example.com' } } });
    const again = await eventually(async () => {
      const row = await parkedOne(stack, made.db);
      expect(row.workflowId).not.toBe(parked.workflowId);
      return row;
    });
    expect(await currentDetails(stack, again.workflowId)).toContain(
      'Its fields are connection, externalId, record, name, email, phone, inbox',
    );
    await update(again.workflowId, 'skip');
    await allSettled(made.db, 6);
  });
});

describe('an inbox that does not exist', () => {
  open('chatwoot', { flows: FLOWS.nowhere });

  it('parks with the names that exist, holds up no other flow, and goes on once the inbox is there', async () => {
    await failPayment({ email: 'lisa@example.com' });
    const parked = await parkedOne(stack, made.db, 'nowhere');
    await allSettled(made.db, 1, 'dunning');
    const details = await currentDetails(stack, parked.workflowId);
    expect(details).toContain('Needs attention: not_found_by_name');
    expect(details).toContain('The inbox "Nowhere" does not exist in connection helpdesk.');
    expect(details).toContain('Known: Billing, Website, Support.');

    stack.sandbox.chatwoot.state.inboxes.set(9, { id: 9, name: 'Nowhere', channelType: 'Channel::Api', lockToSingleConversation: false });
    await stack.stopWorker();
    await stack.startWorker();
    await update(parked.workflowId, 'retry');
    await allSettled(made.db, 2);
    expect(notesOf('lisa@example.com')).toHaveLength(2);
  });
});

describe('an edit of what was sent already', () => {
  open('chatwoot', { flows: FLOWS.relabel });

  it('parks as values_changed and sends nothing again', async () => {
    await failPayment({ email: 'lisa@example.com' });
    const parked = await parkedOne(stack, made.db);
    expect(await currentDetails(stack, parked.workflowId)).toContain('The label "nope" does not exist');
    await update(parked.workflowId, 'edit', { values: { conversation: { opening: 'Something else' } } });
    const again = await eventually(async () => {
      const row = await parkedOne(stack, made.db);
      expect(row.workflowId).not.toBe(parked.workflowId);
      return row;
    });
    expect(await currentDetails(stack, again.workflowId)).toContain('Needs attention: values_changed');
    await update(again.workflowId, 'skip');
    await allSettled(made.db, 1);
    expect(conversationsOf('lisa@example.com')).toHaveLength(1);
  });
});

describe('a Deskwoot that offers only what its document has', () => {
  open('deskwoot', { flows: FLOWS.dunning, sandbox: { deskwoot: { documentedOnly: true } } });

  it('parks with a sentence that says exactly what is missing', async () => {
    await failPayment({ email: 'lisa@example.com' });
    const parked = await parkedOne(stack, made.db);
    const details = await currentDetails(stack, parked.workflowId);
    expect(details).toContain('Needs attention: unsupported');
    expect(details).toContain('The token cannot create contacts: the REST document has no such call, and the server answered 404 to it.');
  });
});

/** The stack's workflows that an operator finds as needing attention. */
async function attention(): Promise<readonly string[]> {
  return (await workflowsOf(stack, `NeedsAttention = true and ExecutionStatus = 'Running'`)).map(({ id }) => id);
}

function update(workflowId: string, name: string, edit?: object): Promise<unknown> {
  const handle = stack.client.workflow.getHandle(workflowId);
  return edit === undefined ? handle.executeUpdate(name) : handle.executeUpdate(name, { args: [edit] });
}

async function failPayment(invoice: {
  readonly email?: string;
  readonly customerId?: string;
  readonly amountDue?: number;
}): Promise<{ readonly customerId: string }> {
  const failed = stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd', ...invoice });
  await failed.told;
  return { customerId: failed.invoice.customerId };
}

function setEmail(customerId: string, email: string): void {
  const customer = stack.sandbox.stripe.state.customers.get(customerId);
  if (customer !== undefined) customer.email = email;
}

function conversationsOf(email: string): readonly DeskConversation[] {
  return deskOf(stack.sandbox, 'chatwoot')
    .conversations()
    .filter((one) => one.email === email);
}

function notesOf(email: string): readonly string[] {
  return conversationsOf(email).flatMap(({ notes }) => notes);
}
