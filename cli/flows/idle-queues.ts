import { DEFAULT_CREDIT } from '../../store/inbox/flow-queue.ts';
import type { FlowConfig } from '../../config/config.ts';
import type { QueueView } from '../../operator/tasks/flows.ts';

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
    stuck: 0,
    gate: paused ? 'paused' : 'open',
    pausedBy: paused ? 'file' : null,
    resumed: false,
    closedBy: [],
    closedUntil: null,
    attention: null,
    configured: true,
  }));
}
