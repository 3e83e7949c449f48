import { expect, it, onTestFinished, vi } from 'vitest';
import { toStepFailure } from '../../activities/failure.ts';
import { createGateKeeper } from '../../activities/gates/keeper.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { StepError } from '../../model/step-failure.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { openFlows } from '../../store/gates/flow-gate.ts';
import { closeConnection, listConnectionGates, openConnection } from '../../store/gates/gate.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { claim, claimAndBegin, countRows, recordEach, toSettlement } from '../helpers/inbox.ts';
import type { GateKeeper } from '../../activities/gates/keeper.ts';
import type { Retry } from '../../connectors/call/errors.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { Database } from '../../store/driver/database.ts';

const LONG_MS = 600_000;
const HOUR_MS = 3_600_000;
const CALL = { connection: 'team', flow: 'team-threads', step: 'reply' } as const;
const BACKOFF: Retry = { kind: 'backoff' };
const GOOD = { error: null, write: true } as const;

/** A keeper with the alarms it raised, and a clock that the test moves. */
interface World {
  readonly keeper: GateKeeper;
  readonly alarms: object[];
  pass(ms: number): void;
}

describeOnEachDatabase('the gate of a connection', (open) => {
  it.each<[string, ConnectorErrorCode, Retry, string, number | null]>([
    ['where the credentials are wrong', 'unauthorized', { kind: 'reauth' }, 'unauthorized', null],
    ['where it asked to wait for long', 'throttled', { kind: 'after', ms: LONG_MS }, 'throttled', LONG_MS],
  ])('closes at once %s', async (_title, code, retry, state, closedForMs) => {
    const db = await open();
    const { keeper } = createWorld(db);
    expect((await fail(keeper, code, retry)).kind).toBe('gate');
    const [gate] = await listConnectionGates(db);
    expect(gate).toMatchObject({ connection: 'team', state, hint: 'Wait.' });
    if (closedForMs === null) expect(gate?.closedUntil).toBeNull();
    else expect(gate?.closedUntil?.getTime()).toBeGreaterThan(Date.now() + closedForMs - 60_000);
    await expect(keeper.check(CALL)).rejects.toMatchObject({
      failure: { kind: 'gate', code: `gate_${state}`, step: 'reply', connection: 'team' },
    });
    await keeper.check({ ...CALL, connection: 'other' });
  });

  it.each<ConnectorErrorCode>(['unavailable', 'timeout', 'network'])('closes on the fifth %s in a row, and not before', async (code) => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 4; n += 1) expect((await fail(keeper, code, BACKOFF)).kind).toBe('retry');
    keeper.note('team', GOOD);
    for (let n = 1; n <= 4; n += 1) expect((await fail(keeper, code, BACKOFF)).kind).toBe('retry');
    expect(await listConnectionGates(db)).toEqual([]);
    expect((await fail(keeper, code, BACKOFF)).kind).toBe('gate');
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'down' }]);
  });

  it('closes on an outage that the workers see only together', async () => {
    const db = await open();
    const worlds = [createWorld(db), createWorld(db), createWorld(db)];
    for (const { keeper } of [...worlds, ...worlds].slice(0, 4)) expect((await fail(keeper, 'unavailable', BACKOFF)).kind).toBe('retry');
    expect((await fail(createWorld(db).keeper, 'network', BACKOFF)).kind).toBe('gate');
    expect(worlds.flatMap(({ alarms }) => alarms)).toEqual([]);
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'down', reason: 'network' }]);
  });

  it('stays open where other workers are answered between', async () => {
    const db = await open();
    const [first, second] = [createWorld(db), createWorld(db)];
    for (let n = 1; n <= 4; n += 1) await fail(first.keeper, 'unavailable', BACKOFF);
    await second.keeper.check(CALL);
    second.keeper.note('team', GOOD);
    await eventually(async () => expect(await countRows(db, 'connection_gate', 'in_a_row > 0')).toBe(0));
    for (let n = 1; n <= 4; n += 1) expect((await fail(first.keeper, 'unavailable', BACKOFF)).kind).toBe('retry');
  });

  it('stays open however many calls fail, where one in three is answered', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 30; n += 1) {
      if (n % 3 === 0) keeper.note('team', GOOD);
      else expect((await fail(keeper, 'timeout', BACKOFF)).kind).toBe('retry');
    }
    expect(await listConnectionGates(db)).toEqual([]);
  });

  it('closes where writing fails, though reading works between', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 4; n += 1) {
      expect((await fail(keeper, 'unavailable', BACKOFF)).kind).toBe('retry');
      keeper.note('team', { error: null, write: false });
      await keeper.check(CALL);
    }
    expect((await fail(keeper, 'unavailable', BACKOFF)).kind).toBe('gate');
  });

  it('counts a refusal of one call as an answer: the system works', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 4; n += 1) await fail(keeper, 'unavailable', BACKOFF);
    keeper.note('team', { error: toError('not_found', { kind: 'never' }), write: true });
    expect((await fail(keeper, 'unavailable', BACKOFF)).kind).toBe('retry');
  });

  it('costs the store nothing where calls are answered', async () => {
    const db = await open();
    const asked: string[] = [];
    const counting: Database = { ...db, query: (text, values) => (asked.push(text), db.query(text, values)) };
    const { keeper } = createWorld(counting);
    await keeper.check(CALL);
    for (let n = 1; n <= 1000; n += 1) keeper.note('team', GOOD);
    await keeper.check(CALL);
    expect(asked).toHaveLength(1);
  });

  it('counts one call once, though many wait for it', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    const error = toError('unavailable', BACKOFF);
    keeper.note('team', { error, write: true });
    for (let n = 1; n <= 9; n += 1) expect((await keeper.failed(error, toStepFailure(error, 'reply'))).kind).toBe('retry');
    expect(await countRows(db, 'connection_gate', 'in_a_row = 1')).toBe(1);
  });

  it('takes few statements where many calls fail at once', async () => {
    const db = await open();
    const asked: string[] = [];
    const counting: Database = { ...db, query: (text, values) => (asked.push(text), db.query(text, values)) };
    const { keeper, alarms } = createWorld(counting);
    const failures = await Promise.all(Array.from({ length: 100 }, () => fail(keeper, 'unavailable', BACKOFF)));
    expect(new Set(failures.map(({ kind }) => kind))).toEqual(new Set(['gate']));
    expect(asked.length).toBeLessThan(5);
    expect(alarms).toHaveLength(1);
  });

  it.each<[ConnectorErrorCode, Retry, StepFailure['kind']]>([
    ['invalid', { kind: 'never' }, 'attention'],
    ['not_found', { kind: 'never' }, 'attention'],
    ['throttled', { kind: 'after', ms: 1000 }, 'retry'],
    ['conflict', { kind: 'backoff' }, 'retry'],
  ])('stays open on %s, which is a matter of one call', async (code, retry, kind) => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 10; n += 1) expect((await fail(keeper, code, retry)).kind).toBe(kind);
    expect(await listConnectionGates(db)).toEqual([]);
  });

  it('raises one alarm however many calls fail, and another when it closes again', async () => {
    const db = await open();
    const { keeper, alarms, pass } = createWorld(db);
    await Promise.all([1, 2, 3, 4].map(() => fail(keeper, 'unauthorized', { kind: 'reauth' })));
    expect(alarms).toEqual([{ connection: 'team', state: 'unauthorized', reason: 'unauthorized', hint: 'Wait.' }]);
    await openConnection(db, 'team');
    pass(1000);
    await keeper.check(CALL);
    await fail(keeper, 'unauthorized', { kind: 'reauth' });
    expect(alarms).toHaveLength(2);
  });

  it('is seen closed by another process within half a second', async () => {
    const db = await open();
    const [first, second] = [createWorld(db), createWorld(db)];
    await second.keeper.check(CALL);
    await fail(first.keeper, 'unauthorized', { kind: 'reauth' });
    await second.keeper.check(CALL);
    second.pass(500);
    await expect(second.keeper.check(CALL)).rejects.toMatchObject({ failure: { kind: 'gate' } });
  });

  it('is open again when the time is up that was named', async () => {
    const db = await open();
    const { keeper, pass } = createWorld(db);
    await fail(keeper, 'throttled', { kind: 'after', ms: LONG_MS });
    const error: unknown = await keeper.check(CALL).catch((thrown: unknown) => thrown);
    expect(error instanceof StepError ? error.failure.retryAfterMs : null).toBeGreaterThan(LONG_MS - 60_000);
    await db.query(`update connection_gate set closed_until = now() - interval '1 ms'`);
    pass(500);
    await keeper.check(CALL);
  });

  it('is timed by the store: a worker whose clock is an hour ahead tries it as soon as any other', async () => {
    const db = await open();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS });
    onTestFinished(() => void vi.useRealTimers());
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 5; n += 1) await fail(keeper, 'unavailable', BACKOFF);
    await fail(createWorld(db).keeper, 'throttled', { kind: 'after', ms: LONG_MS }, 'billing');
    expect(await countRows(db, 'connection_gate', `probe_at < now() + interval '10 s'`)).toBe(1);
    expect(await countRows(db, 'connection_gate', `closed_until between now() + interval '9 min' and now() + interval '11 min'`)).toBe(1);
  });

  it('is tried no earlier than the remote system asked for', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 5; n += 1) await fail(keeper, 'unavailable', { kind: 'after', ms: LONG_MS });
    expect(await countRows(db, 'connection_gate', `probe_at > now() + interval '9 min'`)).toBe(1);
  });

  it('tells the queue of a flow that it met closed, so that nothing more of that flow is handed over', async () => {
    const db = await open();
    await closeConnection(db, { connection: 'team', state: 'down', reason: 'x', hint: 'Wait.', closedForMs: null, probeInMs: null }, []);
    await recordEach(db, 'unknown-here', 'k1', ['one']);
    expect(await claim(db, 'L1', { flow: 'unknown-here' })).toHaveLength(1);
    await expect(createWorld(db).keeper.check({ ...CALL, flow: 'unknown-here' })).rejects.toBeInstanceOf(StepError);
    await recordEach(db, 'unknown-here', 'k2', ['two']);
    expect(await claim(db, 'L2', { flow: 'unknown-here' })).toEqual([]);
  });

  it('leaves a failure as it is where our own store does not take the news', async () => {
    const db = await open();
    const gone = (): Promise<never> => Promise.reject(new StoreUnavailable('The test took the store away.'));
    const { keeper, alarms } = createWorld({ ...db, query: gone });
    for (let n = 1; n <= 6; n += 1)
      expect(await fail(keeper, 'unavailable', BACKOFF)).toMatchObject({ kind: 'retry', code: 'unavailable' });
    expect(await fail(keeper, 'unauthorized', { kind: 'reauth' })).toMatchObject({ kind: 'gate', code: 'unauthorized' });
    await keeper.parked('team-threads', { ...parkedBy('forbidden'), connection: 'team' });
    expect(alarms.length).toBeGreaterThan(0);
  });
});

describeOnEachDatabase('the gate of a flow', (open) => {
  it.each(['forbidden', 'unsupported', 'missing_ability', 'not_found_by_name'] as const)(
    'closes where ten of its deliveries are parked with %s; the other flows of the connection go on',
    async (code) => {
      const db = await open();
      const { keeper, alarms } = createWorld(db);
      await park(db, keeper, 'misnamed', 9, parkedBy(code));
      await recordEach(db, 'misnamed', 'last', ['last']);
      expect(await claim(db, 'L9', { flow: 'misnamed' })).toHaveLength(1);
      await park(db, keeper, 'misnamed', 1, parkedBy(code));
      await recordEach(db, 'misnamed', 'more', ['more']);
      await recordEach(db, 'healthy', 'k', ['fine']);
      expect((await claim(db, 'LH', { firstAttemptsOnly: true })).map(({ flow }) => flow)).toEqual(['healthy']);
      expect(await listConnectionGates(db)).toEqual([]);
      expect(alarms).toEqual([{ flow: 'misnamed', connection: 'team', reason: code, hint: 'Mend it.' }]);
      expect(await openFlows(db, { flow: 'misnamed' })).toEqual(['misnamed']);
      expect((await claim(db, 'LM')).map(({ flow }) => flow)).toEqual(['misnamed']);
    },
  );

  it('stays open where the causes lie in the records, differ, or are those of another flow', async () => {
    const db = await open();
    const { keeper, alarms } = createWorld(db);
    await park(db, keeper, 'sync', 12, parkedBy('invalid'));
    await park(db, keeper, 'sync', 6, parkedBy('forbidden'));
    await park(db, keeper, 'sync', 6, parkedBy('unsupported'));
    await park(db, keeper, 'sync', 6, { ...parkedBy('forbidden'), connection: 'billing' });
    await park(db, keeper, 'other', 6, parkedBy('forbidden'));
    expect(alarms).toEqual([]);
  });

  it('stays open where they were parked over a long time', async () => {
    const db = await open();
    const { keeper, alarms } = createWorld(db);
    await park(db, keeper, 'sync', 9, parkedBy('forbidden'));
    await db.query(`update lease set created_at = created_at - interval '2 hours'`);
    await park(db, keeper, 'sync', 9, parkedBy('forbidden'));
    expect(alarms).toEqual([]);
    await park(db, keeper, 'sync', 1, parkedBy('forbidden'));
    expect(alarms).toHaveLength(1);
  });

  it('opens with the connection that a person opens, where that was the cause', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    await park(db, keeper, 'one', 10, parkedBy('forbidden'));
    await park(db, keeper, 'two', 10, { ...parkedBy('forbidden'), connection: 'billing' });
    expect(await openFlows(db, { connection: 'team' })).toEqual(['one']);
    expect(await countRows(db, 'gate', 'attention is not null')).toBe(2);
  });
});

function createWorld(db: Database): World {
  const alarms: object[] = [];
  let movedMs = 0;
  const startMs = performance.now();
  const keeper = createGateKeeper({
    db,
    flowsOf: () => ['team-threads'],
    log: { warn: (fields) => void alarms.push(fields) },
    nowMs: () => startMs + movedMs,
  });
  return { keeper, alarms, pass: (ms) => void (movedMs += ms) };
}

let count = 0;

/** Parks so many deliveries of a flow, each of a key of its own, as a workflow does. */
async function park(db: Database, keeper: GateKeeper, flow: string, deliveries: number, parked: StepFailure): Promise<void> {
  for (let n = 1; n <= deliveries; n += 1) {
    const name = `p${(count += 1)}`;
    await recordEach(db, flow, name, [name]);
    const rows = await claimAndBegin(db, name, { flow });
    await settleGroup(db, toSettlement(name, rows, { finished: [], then: 'hold', parked, retrying: true }));
    await keeper.parked(flow, parked);
  }
}

function parkedBy(code: StepFailure['code']): StepFailure {
  return { code, kind: 'attention', message: 'It says no.', hint: 'Mend it.', step: 'reply', connection: 'team', retryAfterMs: null };
}

function toError(code: ConnectorErrorCode, retry: Retry, connection = 'team'): ConnectorError {
  return new ConnectorError({ code, retry, connection, operation: 'POST /x', hint: 'Wait.', ambiguous: false });
}

function fail(keeper: GateKeeper, code: ConnectorErrorCode, retry: Retry, connection?: string): Promise<StepFailure> {
  const error = toError(code, retry, connection);
  keeper.note(error.data.connection, { error, write: true });
  return keeper.failed(error, toStepFailure(error, 'reply'));
}
