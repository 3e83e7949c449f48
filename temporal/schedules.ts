import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleOptions } from '@temporalio/client';
import type { Json } from '../model/json.ts';

/** A share of the interval by which starts are spread, so that jobs of one length do not all start at once. */
const JITTER_SHARE = 20;
/** The server allows no less. */
const LEAST_CATCH_UP_MS = 10_000;

/** When a workflow is started, again and again. */
export interface NamedSchedule {
  /** Of the schedule; Temporal appends the time to it for the workflow's id. */
  readonly id: string;
  readonly everyMs: number;
  /** The workflow's type. */
  readonly workflow: string;
  readonly args: readonly Json[];
}

/**
 * Makes each schedule, or brings it up to what the configuration says; whether an operator paused it is left alone. A run that is still
 * under way is not started again, and one that was missed is made up for once. What is no longer configured stays: absence from one
 * file says nothing of it.
 */
export async function applySchedules(client: Client, schedules: readonly NamedSchedule[], taskQueue: string): Promise<void> {
  for (const schedule of schedules) {
    const options = toOptions(schedule, taskQueue);
    try {
      await client.schedule.create({ scheduleId: schedule.id, ...options });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(schedule.id).update(({ state }) => ({ ...options, state }));
    }
  }
}

function toOptions({ id, everyMs, workflow, args }: NamedSchedule, taskQueue: string): Omit<ScheduleOptions, 'scheduleId' | 'state'> {
  return {
    spec: { intervals: [{ every: everyMs }], jitter: Math.floor(everyMs / JITTER_SHARE) },
    action: { type: 'startWorkflow', workflowType: workflow, workflowId: id, taskQueue, args: [...args] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: Math.max(everyMs, LEAST_CATCH_UP_MS) },
  };
}
