import { describe, expect, it } from 'vitest';
import { lost, toApplicationFailure, toStepFailure } from '../../activities/failure.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { QueueFull } from '../../store/group-commit.ts';
import { StepError } from '../../model/step-failure.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import type { ConnectorErrorData, Retry } from '../../connectors/call/errors.ts';

const DATA: ConnectorErrorData = {
  code: 'unavailable',
  retry: { kind: 'backoff' },
  connection: 'helpdesk',
  operation: 'POST /api/x',
  hint: 'Wait a little.',
  ambiguous: true,
};

describe('a failed step', () => {
  it.each<[string, Retry, string, number | null]>([
    ['is retried where the remote system may answer later', { kind: 'backoff' }, 'retry', null],
    ['is retried after a short delay that was named', { kind: 'after', ms: 15_000 }, 'retry', 15_000],
    ['is retried after a long delay that was named', { kind: 'after', ms: 60_000 }, 'retry', 60_000],
    ['closes the gate where the credentials are wrong', { kind: 'reauth' }, 'gate', null],
    ['is left to a person where no retry helps', { kind: 'never' }, 'attention', null],
  ])('%s', (_title, retry, kind, retryAfterMs) => {
    expect(toStepFailure(new ConnectorError({ ...DATA, retry }), 'note')).toMatchObject({
      kind,
      retryAfterMs,
      step: 'note',
      connection: 'helpdesk',
    });
  });

  it('says what failed and what to do, each once', () => {
    const failure = toStepFailure(new ConnectorError({ ...DATA, status: 503, requestId: 'req_1' }), 'note');
    expect(failure.message).toBe('helpdesk: POST /api/x failed: unavailable (HTTP 503) [request req_1].');
    expect(failure.hint).toBe('Wait a little.');
  });

  it.each([
    ['the store did not answer', new StoreUnavailable('secret text')],
    ['the queue before the store is full', new QueueFull('secret text')],
    ['others had the statement rolled back', Object.assign(new Error('secret text'), { code: '40P01' })],
  ])('is our own and not the delivery’s where %s', (_title, error) => {
    const failure = toStepFailure(error, 'note');
    expect(failure).toMatchObject({ code: 'store_unavailable', kind: 'ours', connection: null });
    expect(JSON.stringify(failure)).not.toContain('secret text');
  });

  it('is our own where this process was too slow to send it', () => {
    const error = new ConnectorError({ ...DATA, code: 'send_window_closed', retry: { kind: 'backoff' } });
    expect(toStepFailure(error, 'note')).toMatchObject({ code: 'send_window_closed', kind: 'ours' });
  });

  it.each([
    ['something unexpected happened', new TypeError('secret text')],
    ['something that is no error was thrown', 'secret text'],
  ])('is retried where %s, without its text', (_title, error) => {
    const failure = toStepFailure(error, 'note');
    expect(failure).toMatchObject({ code: 'internal', kind: 'retry', connection: null });
    expect(JSON.stringify(failure)).not.toContain('secret text');
  });

  it('keeps what an operation has said already', () => {
    const failure = { ...toStepFailure('x', 'note'), code: 'missing_ability' } as const;
    expect(toStepFailure(new StepError(failure), 'other')).toBe(failure);
    expect(lost('note').failure).toMatchObject({ code: 'lost', kind: 'lost' });
  });
});

describe('as Temporal sees it, a failed step', () => {
  it.each([
    ['retry', null, false, undefined],
    ['retry', 1500, false, 1500],
    ['retry', 15_000, false, 15_000],
    ['retry', 15_001, true, undefined],
    ['ours', null, false, undefined],
    ['ours', 500, false, 500],
    ['gate', 600_000, true, undefined],
    ['attention', null, true, undefined],
    ['lost', null, true, undefined],
  ] as const)('of kind %s with a delay of %s ms is final: %s', (kind, retryAfterMs, nonRetryable, nextRetryDelay) => {
    const failure = { ...toStepFailure(new ConnectorError(DATA), 'note'), kind, retryAfterMs };
    const seen = toApplicationFailure(failure);
    expect(seen).toMatchObject({ type: 'unavailable', nonRetryable, details: [failure] });
    expect(seen.nextRetryDelay).toBe(nextRetryDelay);
  });
});
