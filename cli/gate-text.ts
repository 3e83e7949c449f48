import { formatRelative } from './time.ts';
import type { QueueView } from './tasks/flows.ts';

/** Whether a queue goes on, and what holds it. */
export function formatGate({ flow, gate, closedBy, closedUntil, attention }: QueueView, nowMs: number): string {
  if (gate !== 'closed') return gate;
  if (attention !== null)
    return `closed: too many parked with ${attention.code} at ${attention.connection}; once mended: flows resume ${flow}`;
  const until = closedUntil === null ? 'until it is opened' : `opens ${formatRelative(closedUntil, nowMs)}`;
  return `closed by ${closedBy.join(', ')}, ${until}`;
}
