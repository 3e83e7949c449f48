import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { applySchedules } from '../../temporal/schedules.ts';
import type { Client } from '@temporalio/client';
import type { NamedSchedule } from '../../temporal/schedules.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function open(): { readonly client: Client; readonly schedule: NamedSchedule } {
  const where = { address: inject('temporalAddress'), namespace: 'default', tls: false, apiKey: null };
  const { client, connection } = createLazyClient(where, createDataConverter([{ id: 'test', bytes: Buffer.alloc(32, 7) }]));
  const schedule = { id: `copies/${randomUUID()}`, everyMs: DAY_MS, workflow: 'copies', args: [{ entry: 'all' }] };
  onTestFinished(async () => {
    await client.schedule.getHandle(schedule.id).delete();
    await connection.close();
  });
  return { client, schedule };
}

it('a schedule of a job is made once, skips while a run is under way, and makes up for one that was missed', async () => {
  const { client, schedule } = open();
  await applySchedules(client, [schedule], 'nobody');
  await applySchedules(client, [schedule], 'nobody');
  const made = await client.schedule.getHandle(schedule.id).describe();
  expect(made.spec.intervals).toMatchObject([{ every: DAY_MS }]);
  expect(made.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: DAY_MS });
  expect(made.action).toMatchObject({ workflowType: 'copies', taskQueue: 'nobody', args: [{ entry: 'all' }], workflowId: schedule.id });
});

it('a schedule follows the configuration, and stays paused where an operator paused it', async () => {
  const { client, schedule } = open();
  await applySchedules(client, [schedule], 'nobody');
  await client.schedule.getHandle(schedule.id).pause('looking into it');
  await applySchedules(client, [{ ...schedule, everyMs: DAY_MS / 2, args: [{ entry: 'some' }] }], 'nobody');
  const changed = await client.schedule.getHandle(schedule.id).describe();
  expect(changed.spec.intervals).toMatchObject([{ every: DAY_MS / 2 }]);
  expect(changed.action).toMatchObject({ args: [{ entry: 'some' }] });
  expect(changed.state).toMatchObject({ paused: true, note: 'looking into it' });
});
