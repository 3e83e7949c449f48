import type { Queryable } from '../driver/database.ts';

/**
 * Ends the send window of a pending effect early, because our own request has ended without success: the window is over `sendByInMs`
 * from now, and another attempt may resolve the effect once the time that requests can be on the wire has passed too. Only by the
 * attempt that owns it.
 */
export async function giveUpIntent(
  db: Queryable,
  ended: { readonly intent: string; readonly epoch: string; readonly sendByInMs: number },
): Promise<void> {
  await db.query(
    `update effect set send_by = least(send_by, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
     where intent = $1 and epoch = $2::bigint and state = 0`,
    [ended.intent, ended.epoch, ended.sendByInMs],
  );
}

/** Forgets a pending effect that is known not to have been carried out, so that it may be sent afresh. Only by the attempt that owns it. */
export async function withdrawIntent(db: Queryable, refused: { readonly intent: string; readonly epoch: string }): Promise<void> {
  await db.query('delete from effect where intent = $1 and epoch = $2::bigint and state = 0', [refused.intent, refused.epoch]);
}
