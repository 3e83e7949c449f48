import { ActivityFailure, ApplicationFailure, CancelledFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { toApplicationFailure, toStepFailure } from '../../activities/failure.ts';
import { StepError } from '../../model/step-failure.ts';
import { toStepError } from '../../workflows/steps-in-delivery.ts';
import type { TimeoutType } from '@temporalio/common';

describe('an activity that ended without success', () => {
  it.each<[string, TimeoutType, boolean, string]>([
    ['that no worker took in time is our own trouble', 'SCHEDULE_TO_START', false, 'ours'],
    ['that was not done in time, workers or Temporal being away, is our own trouble', 'SCHEDULE_TO_CLOSE', false, 'ours'],
    ['that was begun and did not end may be the delivery’s fault', 'START_TO_CLOSE', false, 'retry'],
    ['that asked only our own store is our own trouble', 'START_TO_CLOSE', true, 'ours'],
  ])('%s', (_title, timeoutType, asksOnlyUs, kind) => {
    const error = toStepError(failed(new TimeoutFailure('x', undefined, timeoutType)), 'note', asksOnlyUs);
    expect(failureOf(error)).toMatchObject({ code: 'step_timeout', kind, step: 'note' });
  });

  it('says what the step said', () => {
    const failure = toStepFailure('x', 'note');
    expect(failureOf(toStepError(failed(toApplicationFailure(failure)), 'note', false))).toEqual(failure);
  });

  it('is a mistake of ours where it says nothing that we know', () => {
    const error = toStepError(failed(ApplicationFailure.create({ message: 'secret text' })), 'note', false);
    expect(failureOf(error)).toMatchObject({ code: 'internal', kind: 'retry' });
    expect(JSON.stringify(failureOf(error))).not.toContain('secret text');
  });

  it('passes on that it was cancelled', () => {
    const error = failed(new CancelledFailure('x'));
    expect(toStepError(error, 'note', false)).toBe(error);
  });
});

function failed(cause: Error): ActivityFailure {
  return new ActivityFailure('x', 'postMessage', '1', RetryState.MAXIMUM_ATTEMPTS_REACHED, 'worker', cause);
}

function failureOf(error: unknown): unknown {
  return error instanceof StepError ? error.failure : error;
}
