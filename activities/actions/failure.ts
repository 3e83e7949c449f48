import { StepError } from '../../model/step-failure.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { ActionContext } from '../steps/action.ts';

/** What an action says about why it cannot go on; the step is filled in. */
export type Obstacle = Pick<StepFailure, 'code' | 'message' | 'hint'> & { readonly connection: string };

/** An obstacle that only a person can remove. */
export function attention(context: ActionContext, obstacle: Obstacle): StepError {
  return new StepError({ ...obstacle, kind: 'attention', step: stepName(context), retryAfterMs: null });
}

/** An obstacle of our own making that goes away by itself, however long that takes: the delivery waits and is not blamed. */
export function retryLater(context: ActionContext, obstacle: Obstacle, retryAfterMs: number): StepError {
  return new StepError({ ...obstacle, kind: 'ours', step: stepName(context), retryAfterMs });
}

/** An obstacle that may go away by itself: tried again some times, and then a person is asked. */
export function retrySome(context: ActionContext, obstacle: Obstacle, retryAfterMs: number): StepError {
  return new StepError({ ...obstacle, kind: 'retry', step: stepName(context), retryAfterMs });
}

function stepName({ step }: ActionContext): string {
  return step.item === undefined ? step.name : `${step.name}/${step.item}`;
}
