import { Context } from '@temporalio/activity';
import { StepError } from '../model/step-failure.ts';
import { toApplicationFailure } from './failure.ts';
import { runBatch } from './steps/run-batch.ts';
import { runStep } from './steps/run-step.ts';
import type { OperationName, OperationOutput } from '../flows/actions.ts';
import type { IntakeInput, Activities, StepCall } from '../workflows/contract.ts';
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
  return { ...createOperationActivities(deps), ...createInboxActivities(deps) };
}

function createOperationActivities(deps: ActivityDeps): Pick<Activities, OperationName> {
  return {
    readInvoice: (call) => step(deps, 'readInvoice', call),
    findFact: (call) => step(deps, 'findFact', call),
    isEcho: (call) => step(deps, 'isEcho', call),
    readConversation: (call) => step(deps, 'readConversation', call),
    readMessage: (call) => step(deps, 'readMessage', call),
    ensureContact: (call) => step(deps, 'ensureContact', call),
    ensureConversation: (call) => step(deps, 'ensureConversation', call),
    postMessage: (call) => step(deps, 'postMessage', call),
    addLabel: (call) => step(deps, 'addLabel', call),
    setPriority: (call) => step(deps, 'setPriority', call),
    assign: (call) => step(deps, 'assign', call),
    findThread: (call) => step(deps, 'findThread', call),
    openThread: (call) => step(deps, 'openThread', call),
    postReply: (call) => step(deps, 'postReply', call),
    adoptThread: (call) => step(deps, 'adoptThread', call),
  };
}

function createInboxActivities(deps: ActivityDeps): Omit<Activities, OperationName> {
  let batches = 0;
  return {
    loadGroup: async (group) => ({ ...(await deps.loadGroup(group)), asksFacts: true }),
    async settleGroup(input) {
      const epoch = await deps.renewEpoch(input.group);
      const held = epoch !== null && (await deps.settler.settle(input, { group: input.group, epoch }));
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

async function step<O extends OperationName>(deps: ActivityDeps, operation: O, call: StepCall<O>): Promise<OperationOutput<O>> {
  try {
    return await runStep(deps, operation, call);
  } catch (error) {
    throw error instanceof StepError ? toApplicationFailure(error.failure) : error;
  }
}
