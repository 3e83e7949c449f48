import { isCancellation } from '@temporalio/workflow';
import { bulk, inbox } from './inbox-activities.ts';
import type { BatchInput, BatchReport } from './contract.ts';

/** Groups of one flow on the happy path: those it was started with, and what its activity takes itself. What fails is released by the activity and runs alone, as `delivery`. */
export async function batch(input: BatchInput): Promise<BatchReport> {
  try {
    return await bulk.runBatch.executeWithOptions({ summary: `${input.groups} groups of ${input.flow}` }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const released = await inbox.releaseLease({
      lease: input.lease,
      reason: 'the batch did not finish: its worker was stopped or overloaded, or the store did not answer',
    });
    return { groups: input.groups, deliveries: released, done: 0, released, lost: 0 };
  }
}
