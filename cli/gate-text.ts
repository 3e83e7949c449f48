import { formatRelative } from './time.ts';
import type { QueueView } from './tasks/flows.ts';

/** Whether a queue goes on, and what holds it. */
export function formatGate({ gate, pausedBy, resumed, closedBy, closedUntil }: QueueView, nowMs: number): string {
  if (gate === 'paused') return pausedBy === 'file' ? 'paused by the configuration' : 'paused by an operator';
  if (gate === 'open') return resumed ? 'open: an operator resumed it' : 'open';
  const until = closedUntil === null ? 'until it is opened' : `opens ${formatRelative(closedUntil, nowMs)}`;
  return `closed by ${closedBy.join(', ')}, ${until}`;
}
