import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { withJobs } from '../../processes/create-worker.ts';
import type { Retry } from '../../connectors/call/errors.ts';

function refusal(retry: Retry): ConnectorError {
  return new ConnectorError({ code: 'forbidden', retry, connection: 'crm', operation: 'GET /x', hint: 'Look.', ambiguous: false });
}

/** What Temporal is told where a job's activity throws this. */
async function told(thrown: unknown): Promise<unknown> {
  const { copiesRun } = withJobs<{ copiesRun?: () => Promise<unknown> }>({}, [{ copiesRun: () => Promise.reject(thrown) }]);
  return copiesRun?.().then(
    () => 'nothing',
    (error: unknown) => error,
  );
}

describe("a job's activity that fails", () => {
  it('is not tried again where the remote system refuses for good, and is where it may pass', async () => {
    expect(await told(refusal({ kind: 'never' }))).toMatchObject({ type: 'forbidden', nonRetryable: true });
    expect(await told(refusal({ kind: 'after', ms: 3000 }))).toMatchObject({
      type: 'forbidden',
      nonRetryable: false,
      nextRetryDelay: 3000,
    });
  });

  it('says nothing of what an unexpected error says, which may be anybody’s data', async () => {
    const failure = await told(new Error('duplicate key (jan@example.com)'));
    expect(failure).toMatchObject({ type: 'internal', nonRetryable: false });
    expect(String(failure)).not.toContain('jan@example.com');
  });

  it('is cancelled where it was cancelled', async () => {
    expect(await told(new CancelledFailure('the run was cancelled'))).toBeInstanceOf(CancelledFailure);
  });

  it('never takes the place of another of its name: the worker does not start', () => {
    const work = (): Promise<null> => Promise.resolve(null);
    expect(() => withJobs({ runBatch: work }, [{ runBatch: work }])).toThrow('two activities are called runBatch');
    expect(() => withJobs({}, [{ copiesRun: work }, { copiesRun: work }])).toThrow('two activities are called copiesRun');
  });
});
