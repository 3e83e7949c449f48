import { expect, it, onTestFinished } from 'vitest';
import { startDispatcher } from '../../inbox/dispatcher.ts';
import { createDispatching } from '../../inbox/dispatching.ts';
import { TemporalUnavailable } from '../../inbox/starter.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { releaseLease } from '../../store/inbox/lease.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { recordEach } from '../helpers/inbox.ts';
import type { HandOverTimes } from '../../inbox/hand-over.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { Database } from '../../store/driver/database.ts';
import type { DeliveryInput } from '../../workflows/contract.ts';

const FLOW = 'sync';
const NEVER_MS = 3_600_000;
/** Nothing ends by the clock but what a test wants to. */
const PATIENT: HandOverTimes = { retryMs: 10, awayMs: NEVER_MS, giveUpMs: NEVER_MS, restMs: NEVER_MS };

interface Lines {
  readonly log: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  readonly lines: string[];
}

function keepLines(): Lines {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, log: { info: keep, warn: keep, error: keep } };
}

/** Stands for Temporal: what becomes of a start is the test's to say. */
function toStarter(startDelivery: (input: DeliveryInput) => Promise<string>): WorkflowStarter {
  return {
    startDelivery,
    startBatch: () => Promise.reject(new Error('this test has no batches')),
    startIntake: () => Promise.reject(new Error('this test has no intake')),
    stateOf: () => Promise.resolve('running'),
  };
}

function start(db: Database, starter: WorkflowStarter, times: HandOverTimes, { log }: Lines = keepLines()): { wake(): void } {
  const dispatcher = startDispatcher({ db, starter, owner: 'test', flows: [FLOW], coalesce: [], only: 'delivery', log, times });
  onTestFinished(() => dispatcher.stop());
  return dispatcher;
}

const away = (): Promise<never> => Promise.reject(new TemporalUnavailable('The test took Temporal away.'));

describeOnEachDatabase('a dispatcher of which a hand-over found Temporal away', (open) => {
  it('takes nothing more for now', async () => {
    const db = await open();
    const tried: string[] = [];
    const dispatcher = start(
      db,
      toStarter(({ group }) => {
        tried.push(group.key);
        return away();
      }),
      PATIENT,
    );
    await recordEach(db, FLOW, 'a', ['a']);
    dispatcher.wake();
    await eventually(() => expect(tried).toContain('a'));
    await recordEach(db, FLOW, null, ['b', 'c', 'd']);
    dispatcher.wake();
    await eventually(() => expect(tried.length).toBeGreaterThan(20));
    expect(new Set(tried)).toEqual(new Set(['a']));
    expect(await listDeliveries(db, { state: 'waiting' })).toHaveLength(3);
  });

  /** What becomes of that hand-over: `hangs` is its second try. */
  it.each<[string, Partial<HandOverTimes>, (db: Database, lease: string) => Promise<string>]>([
    ['is taken at last', {}, () => Promise.resolve('workflow')],
    ['fails for another cause', {}, () => Promise.reject(new Error('a mistake of ours'))],
    ['is given back after a while', { giveUpMs: 0 }, away],
    [
      'finds its lease gone',
      {},
      async (db, lease) => {
        await releaseLease(db, lease, { reason: 'the reaper was faster', notBeforeMs: NEVER_MS });
        return away();
      },
    ],
    ['never ends', { awayMs: 100 }, () => new Promise(() => undefined)],
  ])('goes on with the others when that one %s', async (_how, times, then) => {
    const db = await open();
    const started: string[] = [];
    const tries: string[] = [];
    let hanging: (() => void) | undefined;
    const dispatcher = start(
      db,
      toStarter(async ({ group }) => {
        started.push(group.key);
        if (group.key !== 'a') return 'workflow';
        tries.push(group.lease);
        if (tries.length === 1) return away();
        return Promise.race([then(db, group.lease), new Promise<string>((resolve) => (hanging = () => resolve('late')))]);
      }),
      { ...PATIENT, ...times },
    );
    onTestFinished(() => hanging?.());
    await recordEach(db, FLOW, 'a', ['a']);
    dispatcher.wake();
    await eventually(() => expect(tries.length).toBeGreaterThan(0));
    await recordEach(db, FLOW, 'b', ['b']);
    dispatcher.wake();
    await eventually(() => expect(started).toContain('b'));
  });

  it('goes on when the store fails in a way of its own after Temporal took the workflow', async () => {
    const db = await open();
    const started: string[] = [];
    let broken = 0;
    const flaky: Database = {
      ...db,
      query: (text, values) => {
        if (!text.includes('update lease set started') || broken > 0) return db.query(text, values);
        broken += 1;
        return Promise.reject(Object.assign(new Error('could not extend file'), { code: '53100' }));
      },
    };
    const dispatcher = start(
      flaky,
      toStarter(({ group }) => {
        started.push(group.key);
        return started.length === 1 ? away() : Promise.resolve('workflow');
      }),
      PATIENT,
    );
    await recordEach(db, FLOW, 'a', ['a']);
    dispatcher.wake();
    await eventually(() => expect(broken).toBe(1));
    await recordEach(db, FLOW, 'b', ['b']);
    dispatcher.wake();
    await eventually(() => expect(started).toContain('b'));
  });

  it('gives back, without blame and rested, what Temporal never takes', async () => {
    const db = await open();
    const dispatcher = start(db, toStarter(away), { ...PATIENT, giveUpMs: 0 });
    await recordEach(db, FLOW, 'a', ['a']);
    dispatcher.wake();
    await eventually(async () =>
      expect(await listDeliveries(db, {})).toMatchObject([
        { state: 'waiting', attempts: 0, lease: null, reason: 'Temporal did not take its workflow in time' },
      ]),
    );
    const [key] = await db.query<{ rested: boolean; retrying: boolean }>('select not_before > now() as rested, retrying from queue_key');
    expect(key).toEqual({ rested: true, retrying: false });
  });
});

describeOnEachDatabase('a dispatcher whose store is away', (open) => {
  it('says so once an outage, and goes on when it answers', async () => {
    const db = await open();
    const started: string[] = [];
    const kept = keepLines();
    const weather = { away: true, looks: 0 };
    const store: Database = {
      ...db,
      query: (text, values) => {
        if (!weather.away || !text.includes('prepare: claim')) return db.query(text, values);
        weather.looks += 1;
        return Promise.reject(new StoreUnavailable('The test took the store away.'));
      },
    };
    const dispatcher = start(
      store,
      toStarter(({ group }) => Promise.resolve(void started.push(group.key)).then(() => 'workflow')),
      PATIENT,
      kept,
    );
    const outage = async (looks: number): Promise<void> => {
      weather.away = true;
      await eventually(() => {
        dispatcher.wake();
        expect(weather.looks).toBeGreaterThanOrEqual(looks);
      });
      weather.away = false;
    };
    await outage(3);
    await recordEach(db, FLOW, 'a', ['a']);
    dispatcher.wake();
    await eventually(() => expect(started).toContain('a'));
    expect(kept.lines.filter((line) => line.startsWith('the store did not answer'))).toHaveLength(1);
    await outage(weather.looks + 1);
    expect(kept.lines.filter((line) => line.startsWith('the store did not answer'))).toHaveLength(2);
  });
});

describeOnEachDatabase('a replica that lacks a flow', (open) => {
  it('neither skips nor takes what waits for it, whatever its configuration: it says so', async () => {
    const db = await open();
    await recordEach(db, 'new-flow', 'k', ['one']);
    await recordEach(db, FLOW, 'k', ['two']);
    const kept = keepLines();
    const started: string[] = [];
    const starter = toStarter(({ group }) => Promise.resolve(void started.push(group.flow)).then(() => 'workflow'));
    const flows = [{ name: FLOW, coalesce: false, credit: null, paused: false }];
    const dispatching = await createDispatching({ db, starter, owner: 'old', flows, log: kept.log });
    await eventually(() => expect(started).toEqual([FLOW]));
    await eventually(() => expect(kept.lines.join('\n')).toContain('deskbridge flows remove new-flow'));
    await dispatching.stop();
    expect(await listDeliveries(db, { flow: 'new-flow' })).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  });
});
