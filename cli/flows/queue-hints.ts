import type { QueueView } from '../../operator/tasks/flows.ts';

/** What to do about what the table shows. */
export function toHints(queues: readonly (QueueView & { readonly configured: boolean })[]): string[] {
  const unknown = [...new Set(queues.filter((queue) => !queue.configured && queue.waiting > 0).map((queue) => queue.flow))];
  const stuck = queues.filter((queue) => queue.stuck > 0);
  return [
    ...unknown.map(
      (flow) =>
        `Deliveries wait for ${flow}, which this configuration does not have: configure it, or skip them with deskbridge flows remove ${flow}.`,
    ),
    ...stuck.map(
      ({ flow }) => `A workflow of ${flow} neither ends nor parks: find it with deskbridge deliveries list --flow ${flow} --state handed.`,
    ),
  ];
}
