import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStarter } from '../../temporal/starter.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import { conversation, invoice } from '../flows/recording-steps.ts';
import { OPTIONS } from '../fixtures/open-conversation-options.ts';
import type { Step } from '../../flows/steps.ts';
import type { GroupMember, GroupRef } from '../../model/delivery.ts';
import type { WorkflowHost } from '../helpers/workflow-host.ts';

const MEMBER: GroupMember = {
  deliveryId: '1',
  attempts: 1,
  edits: null,
  event: {
    id: '1',
    identity: 'billing:1',
    connection: 'billing',
    topic: 'invoice.payment_failed',
    record: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
    facts: { 'invoice.id': 'in_1', 'invoice.attemptCount': 1 },
  },
};

describe('what an event tells of', () => {
  let host: WorkflowHost;
  let asksFacts: { readonly asksFacts?: boolean };
  let asked: string[];
  let count = 0;
  const note = ({ name, fact }: Step): void => void asked.push(fact === undefined ? name : `${name} about a fact`);
  beforeAll(async () => {
    const group = { epoch: '1', flow: { do: 'open-conversation', options: OPTIONS }, members: [MEMBER] };
    host = await startWorkflowHost({
      loadGroup: (of) => Promise.resolve({ ...group, group: of, ...asksFacts }),
      settleGroup: () => Promise.resolve({ held: true }),
      // A worker of today did this step, whichever began the run.
      readInvoice: ({ step }) => (note(step), Promise.resolve(invoice)),
      findFact: ({ step }) => (note(step), Promise.resolve({ toldBy: null, keyedBy: 'fact' })),
      ensureContact: ({ step }) => (note(step), Promise.resolve({ id: '9', name: null, email: null })),
      ensureConversation: ({ step }) => (note(step), Promise.resolve({ conversation, created: true })),
      postMessage: ({ step }) => (note(step), Promise.resolve({ messageId: '70' })),
    });
  });
  afterAll(() => host.close());
  beforeEach(() => void (asked = []));

  it('is asked about in a run that began so, whose effects are then about it', async () => {
    asksFacts = { asksFacts: true };
    await run();
    expect(asked).toEqual(['read-invoice', 'fact', 'contact about a fact', 'conversation about a fact', 'note about a fact']);
  });

  it('is not asked about in a run that an earlier program began: its history has no such step, whoever did the others', async () => {
    asksFacts = {};
    await run();
    expect(asked).toEqual(['read-invoice', 'contact', 'conversation', 'note']);
  });

  async function run(): Promise<void> {
    count += 1;
    const group: GroupRef = { lease: `${host.id}-${count}`, flow: 'dunning', lane: 0, key: 'k' };
    const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
    const about = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: ['1'] };
    await host.client.workflow.getHandle(await starter.startDelivery({ group, deliveryIds: ['1'] }, about)).result();
  }
});
