import { migrate } from '../../store/migrate.ts';
import type { Database } from '../../store/driver/database.ts';

/** A witness in the store itself, of which the product knows nothing: it notes what an attempt writes after its key went to a newer one. */

/** Migrates a database of the run's own, and sets the witness up in it. */
export async function migrateWatched(db: Database): Promise<void> {
  await migrate(db);
  for (const statement of WATCH) await db.query(statement);
}

/** How many intents were written, or taken up again to be sent, by an attempt that was out of date by then. */
export async function countLateWrites(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>('select count(*)::int as n from late_write');
  return row?.n ?? 0;
}

/** Settling is left out: that a write was carried out is true, whoever says it. */
const WATCH = [
  'create table late_write (intent text not null, epoch bigint not null, newest bigint not null)',
  `create function note_late_write() returns trigger language plpgsql as $$
   begin
     if tg_op = 'UPDATE' and (new.state <> 0 or new.epoch = old.epoch) then return null; end if;
     insert into late_write select new.intent, new.epoch, k.epoch
       from delivery d join queue_key k on k.flow = d.flow and k.key = d.key and k.lane = d.lane
       where d.event_id = new.event_id and d.flow = new.flow and k.epoch > new.epoch;
     return null;
   end $$`,
  'create trigger note_late_write after insert or update on effect for each row execute function note_late_write()',
];
