import type { Queryable } from '../driver/database.ts';

/** The bytes of an event's body; null: it expired or was erased. */
export async function readBody(db: Queryable, eventId: string): Promise<Buffer | null> {
  const [row] = await db.query<{ raw: Buffer }>('select raw from body where event_id = $1', [eventId]);
  return row?.raw ?? null;
}
