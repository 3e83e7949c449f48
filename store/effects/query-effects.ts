import { EFFECT_COLUMNS, toEffectRow } from './effect-row.ts';
import type { Queryable } from '../driver/database.ts';
import type { EffectRow, StoredEffect } from './effect-row.ts';

/** The remote writes that an event caused, oldest first; `flow`: only those of one flow. */
export async function listEffects(
  db: Queryable,
  filter: { readonly eventId: string; readonly flow?: string },
): Promise<readonly EffectRow[]> {
  const rows = await db.query<StoredEffect>(
    `select ${EFFECT_COLUMNS} from effect e where e.event_id = $1 and ($2::text is null or e.flow = $2) order by e.first_at, e.intent`,
    [filter.eventId, filter.flow ?? null],
  );
  return rows.map(toEffectRow);
}
