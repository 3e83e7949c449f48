import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/** How an activity may fail and be repeated: the only place where that is decided. */
export type RetryClass = 'read' | 'write' | 'batch' | 'intake';

/**
 * Remote reads and writes get quick retries and then leave the decision to the workflow: see `after-retries.ts`. What fails in a
 * batch runs alone. A batch that lost its worker, or its store, is taken up again with all that it holds; after the third time it is given back.
 */
export const RETRY_TABLE: { readonly [C in RetryClass]: ActivityOptions } = {
  read: {
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '10m',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 5 },
  },
  write: {
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '10m',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 6 },
  },
  batch: {
    startToCloseTimeout: '2m',
    heartbeatTimeout: '15s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 3 },
  },
  intake: {
    startToCloseTimeout: '20s',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
  },
};

/**
 * What asks only our own store runs as a local activity, which costs Temporal no round trip; retried until the store answers.
 */
export const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/**
 * A look into our own store on behalf of a step: given up after 20 s at the earliest, which a write of ours may take to settle. Then the
 * group is given back, and looks again.
 */
export const LOCAL_LOOK: LocalActivityOptions = {
  ...LOCAL,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s', maximumAttempts: 40 },
};
