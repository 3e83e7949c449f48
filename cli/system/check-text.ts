import { formatProblems } from '../../config/read/report.ts';
import { formatTable } from '../terminal/table.ts';
import type { Problem } from '../../config/read/problem.ts';
import type { OnlinePart } from './probe-online.ts';

/** What `check` says of a complete configuration. */
export interface CheckSummary {
  readonly connections: readonly { readonly name: string; readonly type: string; readonly webhook: string }[];
  readonly flows: readonly { readonly name: string; readonly do: string; readonly on: readonly string[]; readonly paused: boolean }[];
}

/** The summary for people. */
export function formatCheck(
  { connections, flows }: CheckSummary,
  warnings: readonly Problem[],
  online: readonly OnlinePart[] | null,
): string {
  const parts = [
    'The configuration is complete.',
    connections.length === 0
      ? 'No connections.'
      : formatTable(
          ['CONNECTION', 'TYPE', 'WEBHOOKS COME TO'],
          connections.map((one) => [one.name, one.type, one.webhook]),
        ),
    flows.length === 0
      ? 'No flows: events are recorded, nothing is done on them.'
      : formatTable(
          ['FLOW', 'DO', 'ON'],
          flows.map((one) => [one.paused ? `${one.name} (paused)` : one.name, one.do, one.on.join(', ')]),
        ),
  ];
  if (warnings.length > 0) parts.push(formatProblems([], warnings));
  if (online !== null)
    parts.push(
      formatTable(
        ['PART', 'STATE', 'WHAT'],
        online.map((one) => [one.part, one.ok ? 'ok' : 'FAILED', one.text]),
      ),
    );
  return parts.join('\n\n');
}
