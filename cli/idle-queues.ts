import type { FlowConfig } from '../config/config.ts';
import type { QueueView } from './tasks/flows.ts';

/** What the store gives a queue that has none of its own. */
const DEFAULT_CREDIT = 256;

/** Configured flows that have had nothing to do yet, as queues. */
export function idleQueues(
  flows: readonly FlowConfig[],
  queues: readonly QueueView[],
): readonly (QueueView & { readonly configured: boolean })[] {
  const silent = flows.filter((flow) => !queues.some((queue) => queue.flow === flow.name));
  return silent.map(({ name, credit, paused }) => ({
    flow: name,
    lane: 'live',
    waiting: 0,
    keys: 0,
    oldestWaitingAt: null,
    underWay: 0,
    credit: credit ?? DEFAULT_CREDIT,
    parked: 0,
    gate: paused ? 'paused' : 'open',
    closedBy: [],
    closedUntil: null,
    attention: null,
    configured: true,
  }));
}
