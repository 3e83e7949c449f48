import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { ConnectorError } from '../connectors/call/errors.ts';
import { StepError } from '../model/step-failure.ts';
import { QueueFull } from '../store/group-commit.ts';
import { StoreUnavailable } from '../store/driver/database.ts';
import { isRolledBack } from '../store/driver/sql-failure.ts';
import type { StepCode } from '../model/step-codes.ts';
import type { StepFailure } from '../model/step-failure.ts';

/** A named delay longer than this is not waited out in a running workflow: the group is given back for so long. */
export const LONGEST_WAIT_MS = 15_000;

/**
 * The one place that says what a failed step means: retry, gate, attention, ours or lost. What our own store or Temporal did is never
 * laid at the delivery's door. Anything unknown is retried as a bug of ours.
 */
export function toStepFailure(error: unknown, step: string): StepFailure {
  if (error instanceof StepError) return error.failure;
  if (error instanceof ConnectorError) return fromConnector(error, step);
  if (isOwnStore(error)) {
    return plain(
      'store_unavailable',
      'ours',
      'Our own store did not answer, or could not take more.',
      'Nothing to do here: it goes on by itself once the store answers. See that PostgreSQL runs and has room.',
      step,
    );
  }
  const name = error instanceof Error ? error.name : 'unknown';
  return plain('internal', 'retry', `Unexpected ${name} in the step ${step}.`, 'Look at the worker log of this time; then retry.', step);
}

/** A step's failure as Temporal understands it: what may soon succeed may be tried again (after the named delay), all else is final for the activity. */
export function toApplicationFailure(failure: StepFailure): ApplicationFailure {
  const { kind, retryAfterMs } = failure;
  const isSoon = (kind === 'retry' || kind === 'ours') && (retryAfterMs ?? 0) <= LONGEST_WAIT_MS;
  return ApplicationFailure.create({
    message: `${failure.message} ${failure.hint}`,
    type: failure.code,
    nonRetryable: !isSoon,
    details: [failure],
    ...(isSoon && retryAfterMs !== null ? { nextRetryDelay: retryAfterMs } : {}),
  });
}

/** Does an activity's work; what it fails with reaches Temporal as a decision on retrying, and without the error's own text. */
export async function decidingRetries<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Cancelled, or decided already.
    if (error instanceof TemporalFailure) throw error;
    throw toApplicationFailure(toStepFailure(error, name));
  }
}

/** Makes the failure of an attempt that was overtaken: a newer one owns the key. */
export function lost(step: string): StepError {
  return new StepError(plain('lost', 'lost', 'A newer attempt owns this key.', 'Nothing to do.', step));
}

function fromConnector(error: ConnectorError, step: string): StepFailure {
  const { code, retry, connection, hint } = error.data;
  const base = { code, message: withoutHint(error), hint, step, connection };
  if (retry.kind === 'never') return { ...base, kind: 'attention', retryAfterMs: null };
  if (retry.kind === 'reauth') return { ...base, kind: 'gate', retryAfterMs: null };
  // Nothing was sent, since this process was too slow: no word of the remote system.
  const kind = code === 'send_window_closed' ? 'ours' : 'retry';
  return { ...base, kind, retryAfterMs: retry.kind === 'after' ? retry.ms : null };
}

/** The store is away, its queue is full, or others' statements had ours rolled back. */
function isOwnStore(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof QueueFull || isRolledBack(error);
}

function withoutHint(error: ConnectorError): string {
  return error.message.slice(0, error.message.length - error.data.hint.length).trim();
}

function plain(code: StepCode, kind: StepFailure['kind'], message: string, hint: string, step: string): StepFailure {
  return { code, kind, message, hint, step, connection: null, retryAfterMs: null };
}
