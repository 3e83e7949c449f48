import { EFFECT_COLUMNS, toEffectRow } from './effect-row.ts';
import type { Queryable } from '../driver/database.ts';
import type { EffectRow, StoredEffect } from './effect-row.ts';

/** What is known of an effect by its intent; null: never intended. */
export async function findEffect(db: Queryable, intent: string): Promise<EffectRow | null> {
  const [row] = await db.query<StoredEffect>(`select ${EFFECT_COLUMNS} from effect e where e.intent = $1`, [intent]);
  return row === undefined ? null : toEffectRow(row);
}

/** The newest effect that a flow has done on this target, whichever event caused it. */
export async function recallEffect(
  db: Queryable,
  effect: { readonly flow: string; readonly connection: string; readonly kind: string; readonly target: string },
): Promise<EffectRow | null> {
  const [row] = await db.query<StoredEffect>(
    `select ${EFFECT_COLUMNS} from effect e where e.flow = $1 and e.connection = $2 and e.kind = $3 and e.target = $4 and e.state = 1
     order by e.settled_at desc limit 1`,
    [effect.flow, effect.connection, effect.kind, effect.target],
  );
  return row === undefined ? null : toEffectRow(row);
}

/** An intent that several events may share, and how those of one event alone begin. */
export interface FactLook {
  readonly intent: string;
  readonly eventId: string;
  readonly ownBeginning: string;
}

/** Which other event has settled the intent (its id, or null), and whether the event has intents of its own with this beginning. */
export async function findFact(db: Queryable, look: FactLook): Promise<{ readonly toldBy: string | null; readonly hasOwn: boolean }> {
  const [row] = await db.query<{ toldBy: string | null; hasOwn: boolean }>(
    `select (select e.event_id::text from effect e where e.intent = $1 and e.state = 1 and e.event_id <> $2::bigint) as "toldBy",
       exists (select from effect e where e.event_id = $2::bigint and starts_with(e.intent, $3)) as "hasOwn"`,
    [look.intent, look.eventId, look.ownBeginning],
  );
  return { toldBy: row?.toldBy ?? null, hasOwn: row?.hasOwn ?? false };
}

/** A record that came in, as far as it can be compared with what we wrote. */
export interface RecordSeen {
  readonly connection: string;
  readonly kind: string;
  readonly target: string;
  readonly remoteId: string | null;
  readonly textHash: string | null;
}

/**
 * Whether one of our effects wrote a record: by its remote id; where none is known, by its text on the same target.
 * `pending`: an effect that may turn out to be it is not settled yet, ask again.
 */
export async function ownEffect(db: Queryable, record: RecordSeen): Promise<'own' | 'foreign' | 'pending'> {
  const [row] = await db.query<{ own: boolean; pending: boolean }>(OWN, [
    record.connection,
    record.kind,
    record.target,
    record.remoteId,
    record.textHash,
  ]);
  if (row?.own === true) return 'own';
  return row?.pending === true ? 'pending' : 'foreign';
}

/** How long after its send window a request can still take effect: the clients' time-out, and what a remote system needs to show it. */
const UNSETTLED_MS = 12_000;

/**
 * An effect of unknown outcome with the same text is ours: what came in shows that it was done. So is one that nobody settled in
 * time: whoever sent it has died, and may never come back. A target that names a record of the effect's own kind, such as
 * `conversation:42`, stands for the effect that created it.
 */
const OWN = `
with seen as (
  select e.*, e.state = 0 and e.send_by < clock_timestamp() - interval '${UNSETTLED_MS} milliseconds' as overdue
  from effect e where e.connection = $1 and e.kind = $2
    and (e.target = $3 or (starts_with($3, $2 || ':') and e.remote_id = substr($3, length($2) + 2))))
select
  exists (select from effect where connection = $1 and kind = $2 and remote_id = $4::text)
  or exists (select from seen where text_hash = $5::text and (state = 2 or overdue))
  or ($4::text is null and exists (select from seen where text_hash = $5::text and state = 1)) as own,
  exists (select from seen where state = 0 and not overdue and ($5::text is null or text_hash is null or text_hash = $5::text)) as pending`;
