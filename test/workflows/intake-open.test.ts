import { randomUUID } from 'node:crypto';
import { expect, inject, it, onTestFinished } from 'vitest';
import { watchIntakes } from '../../processes/run-parts.ts';
import { createMetrics } from '../../server/metrics.ts';
import { createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { createStarter } from '../../temporal/starter.ts';
import { eventually } from '../helpers/eventually.ts';

it('the metrics count the intake workflows that still hold events', async () => {
  const where = { address: inject('temporalAddress'), namespace: 'default', tls: false, apiKey: null };
  const { client, connection } = createLazyClient(where, createDataConverter([{ id: 'test', bytes: Buffer.alloc(32, 7) }]));
  onTestFinished(() => connection.close());
  const metrics = createMetrics();
  watchIntakes(metrics, client);
  const id = `intake/test-${randomUUID()}/1`;
  // Nobody works on this queue: it stays.
  const queues = { live: `live-${id}`, bulk: `bulk-${id}` };
  await createStarter({ client, eager: false, queues }).startIntake(id, { rows: [] }, 10_000);
  const open = async (): Promise<number> => Number(/^deskbridge_intake_open (\d+)$/m.exec(await metrics.text())?.[1]);
  await eventually(async () => expect(await open()).toBeGreaterThan(0));
  await client.workflow.getHandle(id).terminate('the test is over');
});
