import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStarter } from '../../temporal/starter.ts';
import { startWorkflowHost } from '../helpers/workflow-host.ts';
import type { BatchReport } from '../../workflows/contract.ts';
import type { GroupRef } from '../../model/delivery.ts';
import type { WorkflowHost } from '../helpers/workflow-host.ts';

const ABOUT = { connection: 'billing', topic: 'invoice.payment_failed', record: null, eventIds: [] };
const REPORT: BatchReport = { groups: 2, deliveries: 4, done: 4, released: 0, lost: 0 };

describe('a batch', () => {
  let host: WorkflowHost;
  const tried: string[] = [];
  const released: string[] = [];
  beforeAll(async () => {
    host = await startWorkflowHost({
      runBatch: ({ lease }) => {
        tried.push(lease);
        return lease.endsWith('good') ? Promise.resolve(REPORT) : Promise.reject(new Error('its worker was stopped'));
      },
      releaseLease: ({ lease }) => {
        released.push(lease);
        return Promise.resolve(4);
      },
    });
  });
  afterAll(() => host.close());

  it('answers what its one activity reports', async () => {
    expect(await run(`${host.id}-good`)).toEqual(REPORT);
    expect(released).toEqual([]);
  });

  it('is taken up again with its lease where it failed; after the third time it gives the lease back, so that each group runs alone', async () => {
    expect(await run(`${host.id}-bad`)).toEqual({ groups: 2, deliveries: 4, done: 0, released: 4, lost: 0 });
    expect(tried.filter((lease) => lease.endsWith('bad'))).toHaveLength(3);
    expect(released).toEqual([`${host.id}-bad`]);
  });

  async function run(lease: string): Promise<unknown> {
    const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
    const id = await starter.startBatch({ lease, flow: 'dunning', lane: 0, groups: 2 }, ABOUT);
    return host.client.workflow.getHandle(id).result();
  }
});

describe('a lease', () => {
  it('starts one workflow, however often it is handed over', async () => {
    const loaded: GroupRef[] = [];
    const host = await startWorkflowHost({
      loadGroup: (group) => {
        loaded.push(group);
        return Promise.resolve({ group, epoch: null, flow: null, members: [] });
      },
    });
    const starter = createStarter({ client: host.client, eager: false, queues: host.queues });
    const group: GroupRef = { lease: host.id, flow: 'dunning', lane: 0, key: 'k' };
    const ids = await Promise.all([1, 2, 3].map(() => starter.startDelivery({ group, deliveryIds: ['1'] }, ABOUT)));
    expect(new Set(ids).size).toBe(1);
    await host.client.workflow.getHandle(ids[0] ?? '').result();
    expect(await starter.startDelivery({ group, deliveryIds: ['1'] }, ABOUT)).toBe(ids[0]);
    expect(loaded).toEqual([group]);
    expect(await starter.stateOf(ids[0] ?? '')).toBe('completed');
    expect(await starter.stateOf('delivery/of/nobody')).toBe('not_found');
    await host.close();
  });
});
