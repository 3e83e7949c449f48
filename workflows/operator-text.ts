import type { StepFailure } from '../flows/steps.ts';
import type { GroupRef } from './contract.ts';

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
    'Then send this workflow an update (here, or from the command line):',
    '',
    `- \`retry\`: run the group again, on today's code and configuration (\`deskbridge deliveries retry ${deliveryId}\`)`,
    `- \`skip\`: leave this delivery out and go on with the next (\`deskbridge deliveries skip ${deliveryId}\`)`,
    `- \`edit\`: \`{"values": {"${failure.step}": {"field": "new value"}}}\` replaces values of effects not sent yet, then runs again`,
    '',
    `Meanwhile later deliveries of the same record (key \`${group.key}\`) wait; other records go on.`,
  ].join('\n');
}

/** What an operator reads while a group runs. */
export function toRunningDetails(flow: string, deliveries: number): string {
  return `Runs ${deliveries} ${deliveries === 1 ? 'delivery' : 'deliveries'} of flow \`${flow}\`, one after another.`;
}

/** What an operator reads when a group has ended. */
export function toEndedDetails(texts: readonly string[], released: string | null): string {
  const lines = texts.map((text) => `- ${text}`);
  if (released !== null) lines.push(`- Released: ${released}`);
  return lines.join('\n');
}
