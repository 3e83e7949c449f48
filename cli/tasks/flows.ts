import { z } from 'zod';
import { openFlows } from '../../store/flow-gate.ts';
import { pauseFlow } from '../../store/gate.ts';
import { listQueues } from '../../store/query-queues.ts';
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
  gate: z.enum(['open', 'paused', 'closed']),
  closedBy: z.array(z.string()),
  /** null: until somebody opens it, or not closed. */
  closedUntil: z.string().nullable(),
  /** Why it waits for a person to open it; null: it does not. */
  attention: z.object({ code: z.string(), connection: z.string(), hint: z.string() }).nullable(),
});

export type QueueView = z.output<typeof queueSchema>;

/** From this year on a date stands for "until somebody opens it". */
const NEVER_YEAR = 9999;

/** Every queue that has, or had, something to do. */
export const flowsList = defineTask({
  name: 'flows.list',
  args: z.object({}),
  result: z.object({ queues: z.array(queueSchema) }),
  async run({ db }) {
    const queues = await listQueues(db);
    return {
      queues: queues.map(({ flow, lane, waiting, keys, underWay, credit, parked, paused, closedBy, attention, ...queue }): QueueView => ({
        flow,
        waiting,
        keys,
        underWay,
        credit,
        parked,
        lane: lane === 0 ? 'live' : 'replay',
        oldestWaitingAt: queue.oldestWaitingAt?.toISOString() ?? null,
        gate: paused ? 'paused' : queue.closedUntil === null ? 'open' : 'closed',
        closedBy: [...closedBy],
        attention,
        closedUntil:
          queue.closedUntil === null || queue.closedUntil.getUTCFullYear() >= NEVER_YEAR ? null : queue.closedUntil.toISOString(),
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
