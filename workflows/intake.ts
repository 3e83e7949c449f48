import { intakeStore } from './inbox-activities.ts';
import type { IntakeInput } from './contract.ts';

/** Events taken while the store was down go into the inbox; nothing else runs from here. */
export async function intake(input: IntakeInput): Promise<{ readonly recorded: number; readonly duplicates: number }> {
  return intakeStore.recordIntake.executeWithOptions({ summary: `${input.rows.length} events into the inbox` }, [input]);
}
