import { runStep } from './run-step.ts';
import type { OperationInput, OperationName, OperationOutput, Steps } from '../flows/steps.ts';
import type { GroupMember, GroupRef } from '../workflows/contract.ts';
import type { Attempt } from './attempt.ts';
import type { StepDeps } from './run-step.ts';

/** The port `Steps` of a batch: every step is run here and now, once; values go through JSON as they do in a workflow. */
export function createStepsInBatch(deps: StepDeps, group: GroupRef, attempt: Attempt, member: GroupMember): Steps {
  const { deliveryId, event, edits } = member;
  return {
    async run<O extends OperationName>(
      step: Parameters<Steps['run']>[0],
      operation: O,
      input: OperationInput<O>,
    ): Promise<OperationOutput<O>> {
      const call = { group, deliveryId, eventId: event.id, identity: event.identity, edits, step, input: throughJson(input) };
      return throughJson(await runStep(deps, operation, call, attempt));
    },
  };
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
