import { mayBeLate, nextLookInMs } from '../../flows/look-again.ts';
import { StepError } from '../../model/step-failure.ts';
import { runStep } from './run-step.ts';
import type { Step, Steps } from '../../flows/steps.ts';
import type { ActionInput, ActionName, ActionOutput } from '../../flows/actions.ts';
import type { GroupMember, GroupRef } from '../../model/delivery.ts';
import type { Fence } from '../../store/effects/effect.ts';
import type { StepDeps } from './run-step.ts';

/**
 * The port `Steps` of a batch: every step is run here and now, once; values go through JSON as they do in a workflow. A batch does not
 * wait for a record that may be late to show: the delivery is given back, and runs as `delivery`, which has timers.
 */
export function createStepsInBatch(deps: StepDeps, group: GroupRef, attempt: Fence, member: GroupMember): Steps {
  const { deliveryId, event, edits } = member;
  return {
    async run<O extends ActionName>(step: Step, action: O, input: ActionInput<O>): Promise<ActionOutput<O>> {
      const call = { group, deliveryId, eventId: event.id, identity: event.identity, edits, step, input: throughJson(input) };
      const output = throughJson(await runStep(deps, action, call, attempt));
      if (!mayBeLate({ action, output, receivedAt: event.receivedAt, nowMs: Date.now() })) return output;
      const waitMs = nextLookInMs(await deps.eventAge(event.id));
      if (waitMs === null) return output;
      throw notThereYet(step, input.connection, waitMs);
    },
  };
}

function notThereYet(step: Step, connection: string, retryAfterMs: number): StepError {
  return new StepError({
    code: 'not_there_yet',
    kind: 'retry',
    message: `What the event names was not found in ${connection} so soon after it.`,
    hint: 'Nothing to do: it is looked for again for some 10 s.',
    step: step.item === undefined ? step.name : `${step.name}/${step.item}`,
    connection,
    retryAfterMs,
  });
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
