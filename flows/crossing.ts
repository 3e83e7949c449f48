import { StepError } from '../model/step-failure.ts';
import type { StepFailure } from '../model/step-failure.ts';

/**
 * The longest JSON that may go into a step or come out of it. Temporal refuses payloads over 2 MB, and what it refuses only its
 * worker's log explains. What grows with its input is cut to size before; this is for what was forgotten.
 */
export const MAX_CROSSING_CHARS = 500_000;
const MAX_MESSAGE_CHARS = 1_000;
const MAX_HINT_CHARS = 2_000;

/** Throws StepError `too_large` (attention), with size and limit, for a value that is too long to cross Temporal. Safe in workflows. */
export function assertCrosses(
  value: unknown,
  { what, step, connection }: { readonly what: 'input' | 'answer'; readonly step: string; readonly connection: string | null },
): void {
  const chars = (JSON.stringify(value) ?? '').length;
  if (chars <= MAX_CROSSING_CHARS) return;
  throw new StepError({
    code: 'too_large',
    kind: 'attention',
    message: `The ${what} of the step ${step} has ${chars} characters; at most ${MAX_CROSSING_CHARS} can pass through Temporal.`,
    hint: 'Look for something unusually large in the record, and make it smaller there; then retry, or skip. If it is not unusual, report it.',
    step,
    connection,
    retryAfterMs: null,
  });
}

/** A failure whose texts are short enough to be shown and stored, whatever a remote system put into them. */
export function toBoundedFailure(failure: StepFailure): StepFailure {
  return { ...failure, message: bounded(failure.message, MAX_MESSAGE_CHARS), hint: bounded(failure.hint, MAX_HINT_CHARS) };
}

function bounded(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
