import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  patched,
  scheduleActivity,
  scheduleLocalActivity,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import { ACTIONS } from '../flows/actions.ts';
import { assertCrosses } from '../flows/crossing.ts';
import { mayBeLate, nextLookInMs } from '../flows/look-again.ts';
import { StepError } from '../model/step-failure.ts';
import { inbox } from './inbox-activities.ts';
import { LOCAL_LOOK, RETRY_TABLE } from './retry-table.ts';
import type { StepCall } from './contract.ts';
import type { StepCode } from '../model/step-codes.ts';
import type { Steps } from '../flows/steps.ts';
import type { ActionClass, ActionName, ActionOutput } from '../flows/actions.ts';
import type { StepFailure } from '../model/step-failure.ts';
import type { GroupMember, GroupRef } from '../model/delivery.ts';

/** What a run that began under an earlier program is told, without a command that its history lacks: go on as you began. */
const BEFORE_FACTS: { readonly [A in ActionName]?: ActionOutput<A> } = { findFact: { toldBy: null, keyedBy: 'event' } };

/** The port `Steps` of the workflow `delivery`: every step is an activity of its own, retried by Temporal. */
export function createStepsInDelivery(group: GroupRef, member: GroupMember, asksFacts: boolean): Steps {
  return {
    async run(step, action, input) {
      const { deliveryId, event, edits } = member;
      const unasked = asksFacts ? undefined : BEFORE_FACTS[action];
      if (unasked !== undefined) return unasked;
      const call: StepCall<typeof action> = { group, deliveryId, eventId: event.id, identity: event.identity, edits, step, input };
      assertCrosses(call, { what: 'input', step: step.name, connection: input.connection });
      const look = (): Promise<ActionOutput<typeof action>> =>
        schedule(action, call).catch((error: unknown) => {
          throw toStepError(error, step.name, ACTIONS[action] === 'look');
        });
      const output = await look();
      const { receivedAt } = event;
      return mayBeLate({ action, output, receivedAt, nowMs: Date.now() }) ? lookAgain(look, output, event.id, step.summary) : output;
    },
  };
}

/** Looks again, by durable timers, for a record that the event names and that was not there; `output` until it shows or is gone. */
async function lookAgain<T>(look: () => Promise<T>, output: T, eventId: string, summary: string): Promise<T> {
  // Runs that began under an earlier version did not look again.
  if (!patched('look-again')) return output;
  let { ageMs } = await inbox.eventAge.executeWithOptions({ summary: `Age of event ${eventId}` }, [{ eventId }]);
  for (let waitMs = nextLookInMs(ageMs); waitMs !== null; waitMs = nextLookInMs(ageMs)) {
    await sleep(waitMs, { summary: `Not there yet: ${summary}` });
    ageMs = (ageMs ?? 0) + waitMs;
    const found = await look();
    if (found !== null) return found;
  }
  return output;
}

function schedule<O extends ActionName>(action: O, call: StepCall<O>): Promise<ActionOutput<O>> {
  const of: ActionClass = ACTIONS[action];
  const { summary } = call.step;
  if (of === 'look') return scheduleLocalActivity<ActionOutput<O>>(action, [call], { ...LOCAL_LOOK, summary });
  return scheduleActivity<ActionOutput<O>>(action, [call], { ...RETRY_TABLE[of], summary });
}

/**
 * A failed activity as the flow sees it; cancellation and anything that is not an activity's failure pass through. `asksOnlyUs`: the
 * step calls no remote system.
 */
export function toStepError(error: unknown, step: string, asksOnlyUs: boolean): unknown {
  if (isCancellation(error) || error instanceof CancelledFailure) return error;
  if (!(error instanceof ActivityFailure)) return error;
  const cause = error.cause;
  if (cause instanceof TimeoutFailure) {
    // Nobody took it, or only our own store was asked. Else it was begun and not ended: by a slow system, or by a worker that it killed.
    const isOurs = asksOnlyUs || cause.timeoutType !== 'START_TO_CLOSE';
    return new StepError(toFailure(step, 'step_timeout', isOurs ? 'ours' : 'retry', `The step ${step} did not end in time.`));
  }
  const failure: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return new StepError(
    isStepFailure(failure) ? failure : toFailure(step, 'internal', 'retry', `The step ${step} failed without a word of its own.`),
  );
}

function toFailure(step: string, code: StepCode, kind: StepFailure['kind'], message: string): StepFailure {
  const hint = 'Look at the worker log of this time: it may have been stopped or be overloaded. Then retry.';
  return { code, kind, message, hint, step, connection: null, retryAfterMs: null };
}

function isStepFailure(value: unknown): value is StepFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'kind' in value && 'hint' in value;
}
