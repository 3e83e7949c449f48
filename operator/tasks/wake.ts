import { INBOX_CHANNEL } from '../../inbox/recorder.ts';
import type { Queryable } from '../../store/driver/database.ts';

/** Tells every dispatcher that something may go on; without it they look by themselves a little later. */
export async function wakeDispatchers(db: Queryable): Promise<void> {
  await db.query('select pg_notify($1, $2)', [INBOX_CHANNEL, '']);
}
