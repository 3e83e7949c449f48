import type { ActivityOptions } from '@temporalio/workflow';
import type { OperationName } from '../flows/steps.ts';

/** How an activity may fail and be repeated: the only place where that is decided. */
export type RetryClass = 'read' | 'write' | 'store' | 'batch' | 'intake';

/**
 * Remote reads and writes get quick retries and then leave the decision to the workflow (release or park). The store's
 * activities never give up: without the store nothing can be settled. A batch is tried once; what fails in it runs alone.
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
  store: {
    startToCloseTimeout: '30s',
    retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  },
  batch: {
    startToCloseTimeout: '2m',
    heartbeatTimeout: '15s',
    retry: { maximumAttempts: 1 },
  },
  intake: {
    startToCloseTimeout: '1m',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
  },
};

/** The class of each operation. */
export const OPERATION_CLASS: { readonly [O in OperationName]: 'read' | 'write' } = {
  readInvoice: 'read',
  isEcho: 'read',
  readConversation: 'read',
  readMessage: 'read',
  ensureContact: 'write',
  ensureConversation: 'write',
  postMessage: 'write',
  addLabel: 'write',
  setPriority: 'write',
  assign: 'write',
  findThread: 'read',
  openThread: 'write',
  postReply: 'write',
};
