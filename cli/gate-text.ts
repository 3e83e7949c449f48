import { formatRelative } from './time.ts';
import type { QueueView } from './tasks/flows.ts';

/** Whether a queue goes on, and what holds it. */
export function formatGate({ gate, closedBy, closedUntil }: QueueView, nowMs: number): string {
  if (gate !== 'closed') return gate;
  const until = closedUntil === null ? 'until it is opened' : `opens ${formatRelative(closedUntil, nowMs)}`;
  return `closed by ${closedBy.join(', ')}, ${until}`;
}
