import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { LOCAL, RETRY_TABLE } from './retry-table.ts';
import type { InboxActivities } from './contract.ts';

/** Reads and settles the inbox: local, because it is quick and asks only our own store; retried until the store answers. */
export const inbox =
  proxyLocalActivities<Pick<InboxActivities, 'loadGroup' | 'settleGroup' | 'eventAge' | 'saveEdits' | 'allowResend' | 'releaseLease'>>(
    LOCAL,
  );

/** Runs a batch, once. */
export const bulk = proxyActivities<Pick<InboxActivities, 'runBatch'>>(RETRY_TABLE.batch);

/** Inserts what was taken while the store was down; never gives up. */
export const intakeStore = proxyActivities<Pick<InboxActivities, 'recordIntake'>>(RETRY_TABLE.intake);
