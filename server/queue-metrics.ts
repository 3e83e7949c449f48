import { shareReading } from './shared-reading.ts';
import type { QueueStatus } from '../store/inbox/query-queues.ts';
import type { Metrics } from './registry.ts';

/** Milliseconds for which one reading of the queues serves every scrape. */
const KEPT_MS = 3_000;
/** Milliseconds a scrape waits for it: well below the time-out of Prometheus, so that the other metrics arrive. */
const WITHIN_MS = 2_000;
const LABELS = ['flow', 'lane'];

/** What is shown of the queues. */
export interface QueueReading {
  listQueues(): Promise<readonly QueueStatus[]>;
  /** The flows that this replica has. */
  readonly known: ReadonlySet<string>;
}

/** Shows the queues as gauges, from one reading shared by all gauges and all who scrape. */
export function watchQueues(metrics: Metrics, { listQueues, known }: QueueReading, clock = (): number => performance.now()): void {
  const read = shareReading(() => readAt(listQueues), {
    what: 'reading the queues',
    keptMs: KEPT_MS,
    withinMs: WITHIN_MS,
    clock,
  });
  const watch = (name: string, help: string, value: (queue: QueueStatus) => number): void =>
    metrics.watch(name, help, LABELS, async () => {
      const { queues } = await read();
      return queues.map((queue) => ({ labels: { flow: queue.flow, lane: String(queue.lane) }, value: value(queue) }));
    });
  watch('deskbridge_queue_waiting', 'Deliveries that wait', (queue) => queue.waiting);
  watch('deskbridge_queue_under_way', 'Groups under way', (queue) => queue.underWay);
  watch('deskbridge_queue_parked', 'Deliveries that wait for a person', (queue) => queue.parked);
  watch('deskbridge_queue_stuck', 'Groups whose workflow neither ends nor parks', (queue) => queue.stuck);
  watch('deskbridge_queue_unknown', 'Deliveries that wait for a flow that this replica does not have', (queue) =>
    known.has(queue.flow) ? 0 : queue.waiting,
  );
  watch('deskbridge_queue_closed', '1 while the gate is closed or the flow paused', (queue) =>
    queue.closedUntil !== null || queue.paused ? 1 : 0,
  );
  watch('deskbridge_queue_oldest_seconds', 'Age of the oldest waiting delivery', (queue) =>
    queue.oldestWaitingAt === null ? 0 : (Date.now() - queue.oldestWaitingAt.getTime()) / 1000,
  );
  metrics.watch('deskbridge_queue_read_timestamp_seconds', 'When the queue gauges were read, in Unix seconds', [], async () => [
    { labels: {}, value: (await read()).at / 1000 },
  ]);
}

/** The moment is that of asking: what the queues show is at least as new. */
async function readAt(
  listQueues: () => Promise<readonly QueueStatus[]>,
): Promise<{ readonly queues: readonly QueueStatus[]; readonly at: number }> {
  const at = Date.now();
  return { queues: await listQueues(), at };
}
