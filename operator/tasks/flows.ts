import { z } from 'zod';
import { skipRemovedFlow } from '../../store/inbox/change-delivery.ts';
import { forgetQueue } from '../../store/inbox/flow-queue.ts';
import { openFlows } from '../../store/gates/flow-gate.ts';
import { pauseFlow } from '../../store/gates/gate.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { defineTask } from './task.ts';
import { wakeDispatchers } from './wake.ts';

/** A flow's queue in one lane. */
export const queueSchema = z.object({
  flow: z.string(),
  lane: z.enum(['live', 'replay']),
  waiting: z.number(),
  keys: z.number(),
  oldestWaitingAt: z.string().nullable(),
  underWay: z.number(),
  credit: z.number(),
  parked: z.number(),
  /** Groups whose workflow neither ends nor parks. */
  stuck: z.number(),
  gate: z.enum(['open', 'paused', 'closed']),
  /** Whose word paused it; null: it is not paused. */
  pausedBy: z.enum(['file', 'operator']).nullable(),
  /** An operator resumed what the configuration file pauses. */
  resumed: z.boolean(),
  closedBy: z.array(z.string()),
  /** null: until somebody opens it, or not closed. */
  closedUntil: z.string().nullable(),
  /** Why it waits for a person to open it; null: it does not. */
  attention: z.object({ code: z.string(), connection: z.string(), hint: z.string() }).nullable(),
});

export type QueueView = z.output<typeof queueSchema>;

/** From this year on a date stands for "until somebody opens it". */
const NEVER_YEAR = 9999;
const MOST_SKIPPED_AT_ONCE = 500;

/** Every queue that has, or had, something to do. */
export const flowsList = defineTask({
  name: 'flows.list',
  args: z.object({}),
  result: z.object({ queues: z.array(queueSchema) }),
  async run({ db }) {
    const queues = await listQueues(db);
    return {
      queues: queues.map(({ lane, paused, closedBy, oldestWaitingAt, closedUntil, ...queue }): QueueView => ({
        ...queue,
        lane: lane === 0 ? 'live' : 'replay',
        oldestWaitingAt: oldestWaitingAt?.toISOString() ?? null,
        gate: paused ? 'paused' : closedUntil === null ? 'open' : 'closed',
        closedBy: [...closedBy],
        closedUntil: closedUntil === null || closedUntil.getUTCFullYear() >= NEVER_YEAR ? null : closedUntil.toISOString(),
      })),
    };
  },
});

/** Pauses a flow or lets it go on, also where it was closed since too many of its deliveries were parked. */
export const flowsPause = defineTask({
  name: 'flows.pause',
  args: z.object({ flow: z.string(), paused: z.boolean() }),
  result: z.object({ flow: z.string(), paused: z.boolean() }),
  async run({ db }, { flow, paused }) {
    await pauseFlow(db, flow, paused);
    if (paused) return { flow, paused };
    await openFlows(db, { flow });
    await wakeDispatchers(db);
    return { flow, paused };
  },
});

/** Skips what waits for a flow that was removed, some at a time: call again until `left` is false. Its queue is forgotten then. */
export const flowsRemove = defineTask({
  name: 'flows.remove',
  args: z.object({ flow: z.string() }),
  result: z.object({ flow: z.string(), skipped: z.number(), left: z.boolean() }),
  async run({ db }, { flow }) {
    const skipped = await skipRemovedFlow(db, flow, MOST_SKIPPED_AT_ONCE);
    if (skipped === 0) await forgetQueue(db, flow);
    return { flow, skipped, left: skipped > 0 };
  },
});
