import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import type { Database, Queryable } from '../../store/driver/database.ts';

/** What a run must not show; every number is 0 when the inbox keeps its promises. */
export interface Violations {
  /** Deliveries that did not end done, or whose effect was not done. */
  readonly lost: number;
  readonly keysHeldTwice: number;
  readonly outOfOrder: number;
  readonly writesByOlderEpoch: number;
  readonly counterDrift: number;
  readonly openLeases: number;
}

/**
 * Logs every accepted write where it is made: by triggers, while the statement holds the key's lock, so that the log's
 * order is the order in which writes were accepted. Writers leave their own epoch in `fingerprint` and `outcome`.
 */
export async function installStressLog(db: Database): Promise<void> {
  for (const statement of INSTALL) await db.query(statement);
}

/** Removes the triggers and the log. */
export async function removeStressLog(db: Database): Promise<void> {
  await db.query('drop function log_send, log_settle, log_hold cascade');
  await db.query('drop table stress_log');
}

/** Counts what went wrong, from the log and the tables alone. */
export async function judgeStress(db: Database): Promise<Violations> {
  return {
    lost: await count(
      db,
      'select 1 from delivery d where state <> 2 or not exists (select from effect e where e.intent = d.id::text and e.state = 1)',
    ),
    keysHeldTwice: await count(db, "select 1 from stress_log where kind = 'held twice'"),
    outOfOrder: await count(db, OUT_OF_ORDER),
    writesByOlderEpoch: await count(db, OLDER_EPOCH),
    counterDrift: (await findCounterDrift(db)).length,
    openLeases: await count(db, 'select 1 from lease where open'),
  };
}

const INSTALL = [
  'create table stress_log (n bigserial, kind text, delivery bigint, epoch bigint)',
  `create function log_send() returns trigger language plpgsql as $$ begin
     if tg_op = 'INSERT' or new.fingerprint <> old.fingerprint then
       insert into stress_log (kind, delivery, epoch) values ('send', new.intent::bigint, new.fingerprint::bigint);
     end if;
     return new;
   end $$`,
  `create function log_settle() returns trigger language plpgsql as $$ begin
     insert into stress_log (kind, delivery, epoch) values ('settle', new.id, new.outcome::bigint);
     return new;
   end $$`,
  `create function log_hold() returns trigger language plpgsql as $$ begin
     insert into stress_log (kind) values ('held twice');
     return new;
   end $$`,
  'create trigger log_send before insert or update on effect for each row execute function log_send()',
  'create trigger log_settle before update on delivery for each row when (new.state = 2 and old.state <> 2) execute function log_settle()',
  'create trigger log_key before update on queue_key for each row when (old.lease <> new.lease) execute function log_hold()',
  'create trigger log_delivery before update on delivery for each row when (old.lease <> new.lease) execute function log_hold()',
];

/** A delivery's first send after the first send of a later delivery of the same key. */
const OUT_OF_ORDER = `
with first as (
  select d.flow, d.key, d.lane, d.id, min(l.n) as n from stress_log l join delivery d on d.id = l.delivery where l.kind = 'send' group by d.id),
run as (select n, id, max(id) over (partition by flow, key, lane order by n) as newest from first)
select 1 from run where id < newest`;

const OLDER_EPOCH = `
with run as (
  select l.epoch, max(l.epoch) over (partition by d.flow, d.key, d.lane order by l.n) as newest from stress_log l join delivery d on d.id = l.delivery)
select 1 from run where epoch < newest`;

async function count(db: Queryable, rows: string): Promise<number> {
  const [row] = await db.query<{ n: number }>(`select count(*)::int as n from (${rows}) as found`);
  return row?.n ?? 0;
}
