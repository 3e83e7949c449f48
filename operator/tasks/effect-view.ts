import { z } from 'zod';
import type { EffectRow } from '../../store/effects/effect-row.ts';

/** A remote write as commands print it; values are never kept. */
export const effectSchema = z.object({
  flow: z.string(),
  connection: z.string(),
  kind: z.string(),
  target: z.string(),
  class: z.string(),
  state: z.enum(['pending', 'done', 'unknown']),
  remoteId: z.string().nullable(),
  firstAt: z.string(),
  settledAt: z.string().nullable(),
});

/** A ledger's row as commands print it. */
export function toEffectView(row: EffectRow): z.output<typeof effectSchema> {
  const { flow, connection, kind, target, state, remoteId } = row;
  return {
    flow,
    connection,
    kind,
    target,
    class: row.class,
    state,
    remoteId,
    firstAt: row.firstAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}
