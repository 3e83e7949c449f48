import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  scheduleActivity,
  scheduleLocalActivity,
} from '@temporalio/workflow';
import { assertCrosses } from '../flows/crossing.ts';
import { StepError } from '../flows/steps.ts';
import { LOCAL_LOOK, OPERATION_CLASS, RETRY_TABLE } from './retry-table.ts';
import type { StepCall } from '../activities/interface.ts';
import type { OperationName, OperationOutput, StepFailure, Steps } from '../flows/steps.ts';
import type { GroupMember, GroupRef } from './contract.ts';

/** The port `Steps` of the workflow `delivery`: every step is an activity of its own, retried by Temporal. */
export function createStepsInDelivery(group: GroupRef, member: GroupMember): Steps {
  return {
    async run(step, operation, input) {
      const { deliveryId, event, edits } = member;
      const call: StepCall<typeof operation> = { group, deliveryId, eventId: event.id, identity: event.identity, edits, step, input };
      assertCrosses(call, { what: 'input', step: step.name, connection: input.connection });
      try {
        return await schedule(operation, call);
      } catch (error) {
        throw toStepError(error, step.name);
      }
    },
  };
}

function schedule<O extends OperationName>(operation: O, call: StepCall<O>): Promise<OperationOutput<O>> {
  const of: 'read' | 'write' | 'look' = OPERATION_CLASS[operation];
  const { summary } = call.step;
  if (of === 'look') return scheduleLocalActivity<OperationOutput<O>>(operation, [call], { ...LOCAL_LOOK, summary });
  return scheduleActivity<OperationOutput<O>>(operation, [call], { ...RETRY_TABLE[of], summary });
}

/** A failed activity as the flow sees it; cancellation and anything that is not a step's failure pass through. */
function toStepError(error: unknown, step: string): unknown {
  if (isCancellation(error) || error instanceof CancelledFailure) return error;
  if (!(error instanceof ActivityFailure)) return error;
  const cause = error.cause;
  if (cause instanceof ApplicationFailure) {
    const failure: unknown = cause.details?.[0];
    if (isStepFailure(failure)) return new StepError(failure);
  }
  return new StepError({
    code: 'timeout',
    kind: 'retry',
    message: `The step ${step} did not finish within its time-out.`,
    hint: 'Look at the worker: it may have been stopped or be overloaded. Then retry.',
    step,
    connection: null,
    retryAfterMs: null,
  });
}

function isStepFailure(value: unknown): value is StepFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'kind' in value && 'hint' in value;
}
