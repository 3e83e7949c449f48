import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStarter } from '../../temporal/starter.ts';
import { eventually } from '../helpers/eventually.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { GroupRef } from '../../model/delivery.ts';
import type { WorkflowHost } from '../helpers/workflow-host.ts';

const ABOUT = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: ['1'] };

let host: WorkflowHost;
let starter: WorkflowStarter;

beforeAll(async () => {
  host = await startWorkflowHost({
    // A kind that this version does not know fails the workflow task, as a version would that cannot replay the history.
    loadGroup: (group) => Promise.resolve({ group, epoch: '1', flow: { do: 'of-another-version', options: {} }, members: [] }),
  });
  starter = createStarter({ client: host.client, eager: false, queues: host.queues });
});
afterAll(() => host.close());

it('a workflow whose task fails again and again is told from one that runs', async () => {
  const group: GroupRef = { lease: `failing-${host.id}`, flow: 'dunning', lane: 0, key: 'customer:1' };
  const workflowId = await starter.startDelivery({ group, deliveryIds: ['1'] }, ABOUT);
  expect(await starter.stateOf(workflowId)).toBe('running');
  await eventually(async () => expect(await starter.stateOf(workflowId)).toBe('failing'), 120_000);
  await host.client.workflow.getHandle(workflowId).terminate('the test is over');
  expect(await starter.stateOf(workflowId)).toBe('terminated');
});
