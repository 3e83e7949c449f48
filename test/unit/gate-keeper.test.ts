import { expect, it } from 'vitest';
import { toStepFailure } from '../../activities/failure.ts';
import { createGateKeeper } from '../../activities/gate-keeper.ts';
import { ConnectorError } from '../../connectors/errors.ts';
import { listConnectionGates, openConnection } from '../../store/gate.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { recordEach } from '../helpers/inbox.ts';
import type { GateKeeper } from '../../activities/gate-keeper.ts';
import type { ConnectorErrorCode, Retry } from '../../connectors/errors.ts';
import type { StepFailure } from '../../flows/steps.ts';
import type { Database } from '../../store/database.ts';

const LONG_MS = 600_000;

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
    await expect(keeper.check('team', 'reply')).rejects.toMatchObject({
      failure: { kind: 'gate', code: `gate_${state}`, step: 'reply', connection: 'team' },
    });
    await keeper.check('other', 'reply');
  });

  it.each<ConnectorErrorCode>(['unavailable', 'timeout', 'network'])('closes on the fifth %s in a row, and not before', async (code) => {
    const db = await open();
    const { keeper } = createWorld(db);
    for (let n = 1; n <= 4; n += 1) expect((await fail(keeper, code, { kind: 'backoff' })).kind).toBe('retry');
    keeper.succeeded('team');
    for (let n = 1; n <= 4; n += 1) expect((await fail(keeper, code, { kind: 'backoff' })).kind).toBe('retry');
    expect(await listConnectionGates(db)).toEqual([]);
    expect((await fail(keeper, code, { kind: 'backoff' })).kind).toBe('gate');
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'down' }]);
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
    await keeper.check('team', 'reply');
    await fail(keeper, 'unauthorized', { kind: 'reauth' });
    expect(alarms).toHaveLength(2);
  });

  it('is seen closed by another process within half a second', async () => {
    const db = await open();
    const [first, second] = [createWorld(db), createWorld(db)];
    await second.keeper.check('team', 'reply');
    await fail(first.keeper, 'unauthorized', { kind: 'reauth' });
    await second.keeper.check('team', 'reply');
    second.pass(500);
    await expect(second.keeper.check('team', 'reply')).rejects.toMatchObject({ failure: { kind: 'gate' } });
  });

  it('closes until somebody opens it, where ten deliveries are parked for one cause that lies in the connection', async () => {
    const db = await open();
    const { keeper } = createWorld(db);
    const failure = { ...toStepFailure('', 'reply'), connection: 'team', code: 'forbidden', kind: 'attention' } as const;
    await park(db, 9, failure);
    await keeper.parked(failure);
    expect(await listConnectionGates(db)).toEqual([]);
    await park(db, 10, { ...failure, code: 'invalid' });
    await keeper.parked({ ...failure, code: 'invalid' });
    expect(await listConnectionGates(db)).toEqual([]);
    await park(db, 1, failure);
    await keeper.parked(failure);
    expect(await listConnectionGates(db)).toMatchObject([{ connection: 'team', state: 'attention', closedUntil: null, probeAt: null }]);
  });

  it('is open again when the time is up that was named', async () => {
    const db = await open();
    const { keeper, pass } = createWorld(db);
    await fail(keeper, 'throttled', { kind: 'after', ms: LONG_MS });
    await expect(keeper.check('team', 'reply')).rejects.toMatchObject({ failure: { retryAfterMs: LONG_MS } });
    pass(LONG_MS);
    await keeper.check('team', 'reply');
  });
});

function createWorld(db: Database): World {
  const alarms: object[] = [];
  let movedMs = 0;
  const startMs = Date.now();
  const keeper = createGateKeeper({
    db,
    flowsOf: () => ['team-threads'],
    log: { warn: (fields) => void alarms.push(fields) },
    now: () => startMs + movedMs,
  });
  return { keeper, alarms, pass: (ms) => void (movedMs += ms) };
}

let recorded = 0;

async function park(db: Database, count: number, failure: StepFailure): Promise<void> {
  const keys = Array.from({ length: count }, () => `k${(recorded += 1)}`);
  for (const key of keys) await recordEach(db, 'team-threads', key, [key]);
  await db.query('update delivery set parked = $1::jsonb where key = any($2::text[])', [JSON.stringify(failure), keys]);
}

function fail(keeper: GateKeeper, code: ConnectorErrorCode, retry: Retry): Promise<StepFailure> {
  const error = new ConnectorError({ code, retry, connection: 'team', operation: 'POST /x', hint: 'Wait.', ambiguous: false });
  return keeper.failed(error, toStepFailure(error, 'reply'));
}
