import { Context } from '@temporalio/activity';
import { decidingRetries } from './failure.ts';
import { runBatch } from './steps/run-batch.ts';
import { runStep } from './steps/run-step.ts';
import { ACTION_NAMES } from '../flows/actions.ts';
import type { ActionName, ActionOutput } from '../flows/actions.ts';
import type { ActionActivities, IntakeInput, Activities, StepCall } from '../workflows/contract.ts';
import type { GroupRef, LoadedGroup } from '../model/delivery.ts';
import type { JsonObject } from '../model/json.ts';
import type { BatchDeps } from './steps/run-batch.ts';

const HEARTBEAT_MS = 2000;

/** What the activities are made of. */
export interface ActivityDeps extends BatchDeps {
  /** Takes a new epoch for the group and reads it; null epoch: the lease is no longer ours. */
  loadGroup(group: GroupRef): Promise<LoadedGroup>;
  /** false: the lease is no longer ours. */
  saveEdits(group: GroupRef, deliveryId: string, values: JsonObject): Promise<boolean>;
  allowResend(group: GroupRef, deliveryId: string): Promise<boolean>;
  releaseLease(lease: string, reason: string): Promise<number>;
  recordIntake(input: IntakeInput): Promise<{ readonly recorded: number; readonly duplicates: number }>;
  /** Batches that this process runs at a time. */
  readonly batchesAtATime: number;
}

/** Binds every activity to its dependencies; the worker passes real ones. */
export function createActivities(deps: ActivityDeps): Activities {
  return { ...createActionActivities(deps), ...createInboxActivities(deps) };
}

/** An activity for each action, under its name. */
function createActionActivities(deps: ActivityDeps): ActionActivities {
  const activities: Partial<ActionActivities> = {};
  for (const action of ACTION_NAMES) Object.assign(activities, { [action]: createActivity(deps, action) });
  if (!isComplete(activities)) throw new Error('an action has no activity');
  return activities;
}

function isComplete(activities: Partial<ActionActivities>): activities is ActionActivities {
  return ACTION_NAMES.every((action) => activities[action] !== undefined);
}

function createInboxActivities(deps: ActivityDeps): Omit<Activities, ActionName> {
  let batches = 0;
  return {
    loadGroup: async (group) => ({ ...(await deps.loadGroup(group)), asksFacts: true }),
    async settleGroup(input) {
      const epoch = await deps.renewEpoch(input.group);
      const held = epoch !== null && (await deps.settler.settle(input, { ...input.group, epoch }));
      if (held && input.parked !== null) await deps.gates.parked(input.group.flow, input.parked);
      return { held };
    },
    eventAge: async ({ eventId }) => ({ ageMs: await deps.eventAge(eventId) }),
    saveEdits: async ({ group, deliveryId, values }) => ({ held: await deps.saveEdits(group, deliveryId, values) }),
    allowResend: async ({ group, deliveryId }) => ({ held: await deps.allowResend(group, deliveryId) }),
    async runBatch(input) {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      batches += 1;
      try {
        return await runBatch(deps, input, {
          cancelled: context.cancellationSignal,
          heartbeat: (done) => context.heartbeat(done),
          isCrowded: () => batches >= deps.batchesAtATime,
        });
      } finally {
        batches -= 1;
        clearInterval(beat);
      }
    },
    releaseLease: ({ lease, reason }) => deps.releaseLease(lease, reason),
    recordIntake: (input) => deps.recordIntake(input),
  };
}

function createActivity<A extends ActionName>(deps: ActivityDeps, action: A): (call: StepCall<A>) => Promise<ActionOutput<A>> {
  return (call) => decidingRetries(action, () => runStep(deps, action, call));
}
