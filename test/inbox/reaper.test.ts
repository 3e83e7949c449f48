import { expect, it, onTestFinished } from 'vitest';
import { startReaper } from '../../inbox/reaper.ts';
import { TemporalUnavailable } from '../../inbox/starter.ts';
import { markStarted } from '../../store/inbox/lease.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { claim, claimAndBegin, countRows, recordEach, toSettlement } from '../helpers/inbox.ts';
import type { WorkflowState } from '../../inbox/starter.ts';
import type { Database } from '../../store/driver/database.ts';

const FLOW = 'sync';
const POLL_MS = 20;
/** More parked leases than passes of a minute used to get through. */
const MANY = 500;

type Kept = { readonly level: string; readonly message: string };

function start(db: Database, stateOf: (workflowId: string) => Promise<WorkflowState>): readonly Kept[] {
  const lines: Kept[] = [];
  const keep = (level: string) => (_fields: object, message: string) => void lines.push({ level, message });
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') };
  const reaper = startReaper({ db, starter: { stateOf }, log, onReleased: () => undefined, pollMs: POLL_MS });
  onTestFinished(() => reaper.stop());
  return lines;
}

/** Hands the key over under a lease of its name, whose time is up already. */
async function handOver(db: Database, key: string): Promise<void> {
  await recordEach(db, FLOW, key, [key]);
  await claim(db, key, { ttlMs: -1000 });
  await markStarted(db, key, key);
}

/** Leases that wait for a person and are due, as `settle` leaves them. */
async function addParked(db: Database, count: number): Promise<void> {
  await db.query(
    `insert into lease (id, owner, kind, flow, lane, held, workflow_id, started, until, parked)
     select 'parked-' || n, 'test', 'delivery', $1, 0, 1, 'parked-' || n, true, now() - interval '1 hour', true from generate_series(1, $2::int) as n`,
    [FLOW, count],
  );
}

describeOnEachDatabase('the reaper', (open) => {
  it('comes to a dead workflow at once, however many parked ones are due before it', async () => {
    const db = await open();
    await addParked(db, MANY);
    await handOver(db, 'dead');
    const asked: string[] = [];
    start(db, (workflowId) => {
      asked.push(workflowId);
      return Promise.resolve(workflowId === 'dead' ? 'failed' : 'running');
    });
    await eventually(async () => expect(await listDeliveries(db, { state: 'waiting' })).toHaveLength(1));
    expect(asked.indexOf('dead')).toBeLessThan(10);
    // Somebody may end one of those by hand: each gets its turn.
    await eventually(() => expect(new Set(asked).size).toBe(MANY + 1));
  });

  it('asks Temporal about several workflows at a time, and only so many', async () => {
    const db = await open();
    await addParked(db, 60);
    const now = { asked: 0, most: 0, all: 0 };
    start(db, async () => {
      now.all += 1;
      now.asked += 1;
      now.most = Math.max(now.most, now.asked);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now.asked -= 1;
      return 'running';
    });
    await eventually(() => expect(now.all).toBeGreaterThanOrEqual(60));
    expect(now.most).toBeGreaterThan(1);
    expect(now.most).toBeLessThanOrEqual(8);
  });

  it('gets to all others where Temporal never answers for some', async () => {
    const db = await open();
    for (let n = 0; n < 12; n += 1) await handOver(db, `mute-${n}`);
    await handOver(db, 'dead');
    await db.query(`update lease set until = until - interval '1 hour' where id like 'mute-%'`);
    start(db, (workflowId) =>
      workflowId === 'dead' ? Promise.resolve('failed') : Promise.reject(new TemporalUnavailable('never for this one')),
    );
    await eventually(async () => expect(await countRows(db, 'lease', `id = 'dead' and not open`)).toBe(1));
    expect(await countRows(db, 'lease', 'open')).toBe(12);
  });

  it('says once an outage that Temporal is away, and goes on when it answers', async () => {
    const db = await open();
    await handOver(db, 'dead');
    const weather = { away: true, asked: 0 };
    const lines = start(db, () => {
      weather.asked += 1;
      return weather.away ? Promise.reject(new TemporalUnavailable('away')) : Promise.resolve('failed');
    });
    const isDue = (): Promise<unknown> => db.query(`update lease set until = now() - interval '1 second' where open`);
    for (let passes = 1; passes <= 3; passes += 1) {
      await eventually(() => expect(weather.asked).toBeGreaterThanOrEqual(passes));
      await isDue();
    }
    weather.away = false;
    await eventually(async () => {
      await isDue();
      expect(await listDeliveries(db, { state: 'waiting' })).toHaveLength(1);
    });
    expect(lines.filter(({ message }) => message.includes('could not ask Temporal'))).toHaveLength(1);
  });

  it('raises an alarm over a workflow that cannot go on: once in the log, and for as long as it lasts where operators look', async () => {
    const db = await open();
    await handOver(db, 'stuck');
    const found: { state: WorkflowState; asked: number } = { state: 'failing', asked: 0 };
    const lines = start(db, () => {
      found.asked += 1;
      return Promise.resolve(found.state);
    });
    await eventually(async () => expect(await listQueues(db)).toMatchObject([{ flow: FLOW, stuck: 1, underWay: 1 }]));
    expect(await listDeliveries(db, {})).toMatchObject([{ state: 'handed', alarm: expect.stringContaining('task fails again and again') }]);
    await db.query(`update lease set until = now() - interval '1 second'`);
    await eventually(() => expect(found.asked).toBeGreaterThan(1));
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);

    found.state = 'running';
    await db.query(`update lease set until = now() - interval '1 second'`);
    await eventually(async () => expect(await listQueues(db)).toMatchObject([{ stuck: 0 }]));
  });

  it('raises one over a delivery that has neither ended nor parked within an hour, and none over a parked one', async () => {
    const db = await open();
    await handOver(db, 'slow');
    await recordEach(db, FLOW, 'parked', ['parked']);
    const rows = await claimAndBegin(db, 'parked', { ttlMs: -1000 });
    await settleGroup(db, toSettlement('parked', rows, { finished: [], then: 'hold', parked: { code: 'invalid' } }));
    await markStarted(db, 'parked', 'parked');
    await db.query(`update lease set created_at = now() - interval '2 hours'`);
    start(db, () => Promise.resolve('running'));
    await eventually(async () => expect(await countRows(db, 'lease', 'until > now()')).toBe(2));
    expect(await listDeliveries(db, {})).toMatchObject([
      { key: 'parked', alarm: null },
      { key: 'slow', alarm: expect.stringContaining('over an hour') },
    ]);
  });
});
