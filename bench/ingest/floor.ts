import { createMetrics } from '../../server/metrics.ts';
import { createReceiver } from '../../server/receiver.ts';
import { startServer } from '../../server/start.ts';
import { CONNECTION, FLOW } from './settings.ts';
import type { Stores } from '../../server/ports.ts';
import type { LoadApp, LoadParts } from '../rig/load-app.ts';

/** Longer than anything that a load run does, so that a slow way is measured and not cut off. */
const PATIENT_MS = 120_000;

/** The product's own receiver over a store of the caller's making. */
export async function startReceiverOver(
  parts: Pick<LoadParts, 'inbound' | 'log'>,
  record: Stores['record'],
): Promise<{ port: number; close(): Promise<void> }> {
  const receiver = createReceiver({
    connections: new Map([[CONNECTION, parts.inbound]]),
    route: () => [{ flow: FLOW, key: null, lane: 0 }],
    stores: { record, park: () => Promise.resolve(), probeStore: () => Promise.resolve() },
    now: Date.now,
    log: parts.log,
    metrics: createMetrics({ process: true }),
    limits: { recordMs: PATIENT_MS },
  });
  return startServer({ receiver, host: '127.0.0.1', port: 0 });
}

/** The floor: verified, read and answered, and nothing of it is kept. */
export async function startFloor(parts: LoadParts): Promise<LoadApp> {
  let events = 0;
  const server = await startReceiverOver(parts, (rows) =>
    Promise.resolve(
      rows.map(() => {
        events += 1;
        return { eventId: String(events), fresh: true };
      }),
    ),
  );
  return { port: server.port, pause: () => Promise.resolve(), close: () => server.close() };
}
