import { ApplicationFailure } from '@temporalio/common';
import { ConnectorError } from '../connectors/errors.ts';
import { StepError } from '../flows/steps.ts';
import { StoreUnavailable } from '../store/database.ts';
import type { StepFailure } from '../flows/steps.ts';

/** A named delay longer than this is not waited out in a running workflow: the gate closes instead. */
export const LONGEST_WAIT_MS = 15_000;

/** The one place that says what a failed step means: retry, gate, attention or lost. Anything unknown is retried as a bug of ours. */
export function toStepFailure(error: unknown, step: string): StepFailure {
  if (error instanceof StepError) return error.failure;
  if (error instanceof ConnectorError) return fromConnector(error, step);
  if (error instanceof StoreUnavailable) {
    return plain(
      'store_unavailable',
      'retry',
      'The store did not answer.',
      'Nothing to do: it is tried again until the store is back.',
      step,
    );
  }
  const name = error instanceof Error ? error.name : 'unknown';
  return plain('internal', 'retry', `Unexpected ${name} in the step ${step}.`, 'Look at the worker log of this time; then retry.', step);
}

/** A step's failure as Temporal understands it: `retry` may be tried again (after the named delay), all else is final for the activity. */
export function toApplicationFailure(failure: StepFailure): ApplicationFailure {
  return ApplicationFailure.create({
    message: `${failure.message} ${failure.hint}`,
    type: failure.code,
    nonRetryable: failure.kind !== 'retry',
    details: [failure],
    ...(failure.kind === 'retry' && failure.retryAfterMs !== null ? { nextRetryDelay: failure.retryAfterMs } : {}),
  });
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
  if (retry.kind === 'backoff') return { ...base, kind: 'retry', retryAfterMs: null };
  return { ...base, kind: retry.ms > LONGEST_WAIT_MS ? 'gate' : 'retry', retryAfterMs: retry.ms };
}

function withoutHint(error: ConnectorError): string {
  return error.message.slice(0, error.message.length - error.data.hint.length).trim();
}

function plain(code: string, kind: StepFailure['kind'], message: string, hint: string, step: string): StepFailure {
  return { code, kind, message, hint, step, connection: null, retryAfterMs: null };
}
