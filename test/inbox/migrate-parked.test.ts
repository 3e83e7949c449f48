import { expect, it } from 'vitest';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { migrate } from '../../store/migrate.ts';
import { inbox } from '../../store/migrations/001-inbox.ts';
import { effects } from '../../store/migrations/002-effects.ts';
import { plans } from '../../store/migrations/003-plans.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { countRunning } from '../../store/inbox/running.ts';
import { makePglite, makePostgres, POSTGRES_URL } from '../helpers/databases.ts';
import { recordEach, claim } from '../helpers/inbox.ts';
import type { Database } from '../../store/driver/database.ts';

const FLOW = 'sync';

it.each(POSTGRES_URL === undefined ? ['pglite'] : ['pglite', 'postgres'])(
  'a store from before parked groups were told from running ones is corrected when it is brought up to date, on %s',
  async (kind) => {
    const { db, remove } = await (kind === 'pglite' ? makePglite() : makePostgres());
    await makeFirstRelease(db);
    await holdAsBefore(db, 'parked', { code: 'invalid' });
    await holdAsBefore(db, 'running', null);
    await db.query('insert into gate (flow, lane, under_way) values ($1, 0, 2)', [FLOW]);

    await migrate(db);
    expect(await listQueues(db)).toMatchObject([{ flow: FLOW, underWay: 1, parked: 1 }]);
    expect(await countRunning(db, 60_000)).toEqual([{ flow: FLOW, deliveries: 1, batches: 0 }]);
    expect(await findCounterDrift(db)).toEqual([]);
    await recordEach(db, FLOW, 'next', ['next']);
    expect(await claim(db, 'L3')).toHaveLength(1);
    await remove();
  },
);

/** The schema of the release before. */
async function makeFirstRelease(db: Database): Promise<void> {
  await db.query('create table migration (id text primary key, applied_at timestamptz not null default now())');
  for (const migration of [inbox, effects, plans]) {
    for (const statement of migration.statements) await db.query(statement);
    await db.query('insert into migration (id) values ($1)', [migration.id]);
  }
}

/** A key with one delivery that is held by a lease of its own, as that release left it. */
async function holdAsBefore(db: Database, key: string, parked: object | null): Promise<void> {
  const [event] = await db.query<{ id: string }>(
    `insert into event (connection, dedupe, topic) values ('shop', convert_to($1, 'UTF8'), 'order.changed') returning id::text as id`,
    [key],
  );
  await db.query(`insert into delivery (event_id, flow, key, lease, state, parked) values ($1, $2, $3, $3, 1, $4)`, [
    event?.id,
    FLOW,
    key,
    parked,
  ]);
  await db.query(`insert into queue_key (flow, lane, key, lease) values ($1, 0, $2, $2)`, [FLOW, key]);
  await db.query(`insert into lease (id, owner, kind, flow, lane, held, until) values ($1, 'test', 'delivery', $2, 0, 1, now())`, [
    key,
    FLOW,
  ]);
}
