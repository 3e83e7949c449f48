import { formatRelative } from '../terminal/time.ts';
import type { QueueView } from '../../operator/tasks/flows.ts';

/** Whether a queue goes on, and what holds it. */
export function formatGate({ flow, gate, pausedBy, resumed, closedBy, closedUntil, attention }: QueueView, nowMs: number): string {
  if (gate === 'paused') return pausedBy === 'file' ? 'paused by the configuration' : 'paused by an operator';
  if (gate === 'open') return resumed ? 'open: an operator resumed it' : 'open';
  if (attention !== null)
    return `closed: too many parked with ${attention.code} at ${attention.connection}; once mended: flows resume ${flow}`;
  const until = closedUntil === null ? 'until it is opened' : `opens ${formatRelative(closedUntil, nowMs)}`;
  return `closed by ${closedBy.join(', ')}, ${until}`;
}
