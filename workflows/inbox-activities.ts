import { proxyActivities } from '@temporalio/workflow';
import { RETRY_TABLE } from './retry-table.ts';
import type { InboxActivities } from '../activities/interface.ts';

/** Reads and settles the inbox; retried until the store answers. */
export const inbox = proxyActivities<Pick<InboxActivities, 'loadGroup' | 'settleGroup' | 'saveEdits' | 'allowResend' | 'releaseLease'>>(
  RETRY_TABLE.store,
);

/** Runs a batch, once. */
export const bulk = proxyActivities<Pick<InboxActivities, 'runBatch'>>(RETRY_TABLE.batch);

/** Inserts what was taken while the store was down; never gives up. */
export const intakeStore = proxyActivities<Pick<InboxActivities, 'recordIntake'>>(RETRY_TABLE.intake);
