import type { StepFailure } from '../model/step-failure.ts';
import type { Finished, GroupRef } from '../model/delivery.ts';

/** What an operator reads at the top of a parked delivery in the Temporal UI: what happened, what it holds up, what to do. Markdown. */
export function toParkedDetails(group: GroupRef, deliveryId: string, failure: StepFailure): string {
  const where = failure.connection === null ? '' : ` at connection \`${failure.connection}\``;
  return [
    `### Needs attention: ${failure.code}`,
    '',
    `Delivery **${deliveryId}** of flow \`${group.flow}\` stopped in step \`${failure.step}\`${where}.`,
    '',
    failure.message,
    '',
    `**What to do.** ${failure.hint}`,
    '',
    'Then decide: an update to this workflow (More Actions, Send an Update), or the command line.',
    '',
    `- \`retry\` runs the group again, on today's code and configuration: \`deskbridge deliveries retry ${deliveryId}\``,
    `- \`skip\` leaves this delivery out and goes on with the next: \`deskbridge deliveries skip ${deliveryId}\``,
    `- \`edit\` replaces values that were not sent yet, then runs again: \`{"values": {"${failure.step}": {"field": "new value"}}}\`, where the fields are those of the step's \`input\` in the event history`,
    '',
    `Meanwhile later deliveries of the same record (key \`${group.key}\`) wait; other records go on.`,
  ].join('\n');
}

/** What an operator reads while a group runs. */
export function toRunningDetails(flow: string, deliveries: number): string {
  return `Runs ${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'} of flow \`${flow}\`, one after another.`;
}

/** What an operator reads when a run was overtaken. */
export const LOST_DETAILS = 'A newer attempt owns this key; this run stopped without a trace.';

/** What an operator reads when a group has ended. */
export function toEndedDetails(finished: readonly Finished[], released: string | null): string {
  const lines = finished.map(({ deliveryId, text }) => `- Delivery ${deliveryId}: ${text}`);
  if (released !== null) lines.push(`- Released: ${released}`);
  return lines.join('\n');
}
