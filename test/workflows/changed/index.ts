// Our workflows, changed as they must never be while some of them run: the replay of recorded histories has to notice.
import { scheduleActivity, sleep } from '@temporalio/workflow';
import { delivery as today } from '../../../workflows/delivery.ts';
import type { BatchInput, BatchReport, DeliveryInput, DeliveryReport, IntakeInput } from '../../../workflows/contract.ts';

/** Waits before it begins. */
export async function delivery(input: DeliveryInput): Promise<DeliveryReport> {
  await sleep(1);
  return today(input);
}

/** Asks for an activity of another name. */
export function batch(input: BatchInput): Promise<BatchReport> {
  return scheduleActivity<BatchReport>('runBatchAnew', [input], { startToCloseTimeout: '2m' });
}

/** Begins with another activity than it did. */
export async function intake(input: IntakeInput): Promise<unknown> {
  await scheduleActivity('checkIntake', [input], { startToCloseTimeout: '1m' });
  return scheduleActivity('recordIntake', [input], { startToCloseTimeout: '1m' });
}
