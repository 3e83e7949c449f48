import { expect, it } from 'vitest';
import { endFailures, noteFailures, readHealth } from '../../store/gates/connection-health.ts';
import { registerNeeds } from '../../store/gates/flow-gate.ts';
import { closeConnection, GATE_STATES, listConnectionGates, openConnection } from '../../store/gates/gate.ts';
import { claimProbes, openProbed, postponeProbe } from '../../store/gates/probe.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, countRows, recordEach } from '../helpers/inbox.ts';
import type { Queryable } from '../../store/driver/database.ts';
import type { ClosedConnection, GateState } from '../../store/gates/gate.ts';
import type { DueProbe } from '../../store/gates/probe.ts';

const STATES: readonly GateState[] = ['down', 'throttled', 'unauthorized', 'operator'];
const LEASE_MS = 30_000;
const SEEN = { connection: 'shop', count: 1, writes: false, sinceSuccessMs: null, sinceWriteMs: null, withinMs: 600_000 } as const;
const READ = { connection: 'shop', write: false } as const;

describeOnEachDatabase('closing a connection', (open) => {
  it.each(STATES.flatMap((before) => STATES.map((after) => [before, after] as const)))(
    'that is closed as %s by %s leaves the higher rank in force',
    async (before, after) => {
      const db = await open();
      await close(db, before, { reason: 'before', probeInMs: before === 'operator' ? null : 60_000 });
      const isNews = await close(db, after, { reason: 'after', probeInMs: after === 'operator' ? null : 2000 });
      const replaced = GATE_STATES[after] >= GATE_STATES[before];
      const [gate] = await listConnectionGates(db);
      expect(gate).toMatchObject({ state: replaced ? after : before, reason: replaced ? 'after' : 'before' });
      expect(isNews).toBe(replaced && after !== before);
      if (gate?.state === 'operator') expect(gate.probeAt).toBeNull();
      if (!isNews) expect(gate?.failures).toBe(2);
    },
  );

  it('replaces a higher rank whose time is up', async () => {
    const db = await open();
    await close(db, 'throttled', { closedForMs: 600_000 });
    await db.query(`update connection_gate set closed_until = now() - interval '1 ms'`);
    expect(await listConnectionGates(db)).toEqual([]);
    expect(await close(db, 'down')).toBe(true);
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'down', failures: 1 }]);
  });

  it('keeps the later of two ends that the remote system named', async () => {
    const db = await open();
    await close(db, 'throttled', { closedForMs: 600_000 });
    await close(db, 'throttled', { closedForMs: 60_000 });
    expect(await countRows(db, 'connection_gate', `closed_until > now() + interval '9 min'`)).toBe(1);
  });

  it('raises no second alarm for an outage that is back right after a probe ended it, and tries it ever more seldom', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    await db.query(`update connection_gate set since = now() - interval '20 s'`);
    await openProbed(db, await dueProbe(db));
    expect(await close(db, 'down', { probeInMs: 2000 })).toBe(false);
    expect(await countRows(db, 'connection_gate', `probe_at > now() + interval '15 s' and since < now() - interval '19 s'`)).toBe(1);
    await openConnection(db, 'shop');
    expect(await close(db, 'down')).toBe(true);
  });
});

describeOnEachDatabase('a probe', (open) => {
  it('opens the connection that it was sent to', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    const probe = await dueProbe(db);
    expect(probe).toMatchObject({ connection: 'shop', state: 'down' });
    expect(await claimProbes(db, { connections: ['shop'], leaseMs: LEASE_MS })).toEqual([]);
    expect(await openProbed(db, probe)).toBe(true);
    expect(await listConnectionGates(db)).toEqual([]);
    expect(await openProbed(db, probe)).toBe(false);
  });

  it('never opens what an operator closed, not even while it was out, and leaves it without a probe', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    const probe = await dueProbe(db);
    await close(db, 'operator', { probeInMs: null });
    expect(await openProbed(db, probe)).toBe(false);
    await postponeProbe(db, { ...probe, forMs: 0 });
    expect(await claimProbes(db, { connections: ['shop'], leaseMs: LEASE_MS })).toEqual([]);
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'operator', probeAt: null }]);
  });

  it('does not cut short a wait that was asked for while it was out', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    const probe = await dueProbe(db);
    await close(db, 'throttled', { closedForMs: 600_000, probeInMs: 600_000 });
    expect(await openProbed(db, probe)).toBe(false);
    await postponeProbe(db, { ...probe, forMs: 0 });
    expect(await countRows(db, 'connection_gate', `probe_at > now() + interval '9 min'`)).toBe(1);
  });

  it('is left to a process that knows the connection', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    expect(await claimProbes(db, { connections: ['billing'], leaseMs: LEASE_MS })).toEqual([]);
    expect(await claimProbes(db, { connections: ['billing', 'shop'], leaseMs: LEASE_MS })).toHaveLength(1);
  });

  it('is due again where the process that sent it has died', async () => {
    const db = await open();
    await close(db, 'down', { probeInMs: 0 });
    await claimProbes(db, { connections: ['shop'], leaseMs: 0 });
    expect(await claimProbes(db, { connections: ['shop'], leaseMs: LEASE_MS })).toHaveLength(1);
  });
});

describeOnEachDatabase('a closed connection', (open) => {
  it('holds a flow that is added, or is pointed at it, while it is closed, and lets it go on when it opens', async () => {
    const db = await open();
    await close(db, 'down', {}, ['known']);
    await registerNeeds(db, [
      { flow: 'added', connections: ['team', 'shop'] },
      { flow: 'elsewhere', connections: ['team'] },
    ]);
    for (const flow of ['known', 'added', 'elsewhere']) await recordEach(db, flow, null, [flow]);
    expect((await claim(db, 'L1')).map(({ flow }) => flow)).toEqual(['elsewhere']);
    expect(await claim(db, 'L2')).toEqual([]);
    const added = (await listQueues(db)).find(({ flow, lane }) => flow === 'added' && lane === 0);
    expect(added).toMatchObject({ closedBy: ['shop'], closedUntil: expect.any(Date) });
    await registerNeeds(db, [{ flow: 'added', connections: ['team'] }]);
    expect((await claim(db, 'L3')).map(({ flow }) => flow)).toEqual(['added']);
    await openConnection(db, 'shop');
    expect((await claim(db, 'L4')).map(({ flow }) => flow)).toEqual(['known']);
  });
});

describeOnEachDatabase('failures of a connection', (open) => {
  it('are counted in a row, whichever process saw them, until one is answered', async () => {
    const db = await open();
    expect(await noteFailures(db, SEEN)).toEqual({ inARow: 1, closed: false });
    expect(await noteFailures(db, { ...SEEN, count: 3 })).toEqual({ inARow: 4, closed: false });
    await endFailures(db, READ);
    expect(await readHealth(db)).toEqual([]);
    expect(await noteFailures(db, SEEN)).toEqual({ inARow: 1, closed: false });
    expect(await readHealth(db)).toEqual([{ connection: 'shop', closed: null, inARow: 1, writes: false }]);
  });

  it('are no run where the process that saw them was answered after it began', async () => {
    const db = await open();
    await noteFailures(db, { ...SEEN, count: 4 });
    await db.query(`update connection_gate set run_at = now() - interval '20 s'`);
    expect(await noteFailures(db, { ...SEEN, sinceSuccessMs: 60_000 })).toMatchObject({ inARow: 5 });
    expect(await noteFailures(db, { ...SEEN, sinceSuccessMs: 10_000 })).toMatchObject({ inARow: 1 });
  });

  it('of writes end only with a write that succeeds', async () => {
    const db = await open();
    await noteFailures(db, { ...SEEN, count: 3, writes: true });
    await endFailures(db, READ);
    await db.query(`update connection_gate set run_at = now() - interval '20 s'`);
    expect(await noteFailures(db, { ...SEEN, sinceSuccessMs: 0 })).toMatchObject({ inARow: 4 });
    expect(await readHealth(db)).toMatchObject([{ inARow: 4, writes: true }]);
    expect(await noteFailures(db, { ...SEEN, sinceSuccessMs: 0, sinceWriteMs: 10_000 })).toMatchObject({ inARow: 1 });
    await noteFailures(db, { ...SEEN, writes: true });
    await endFailures(db, { ...READ, write: true });
    expect(await readHealth(db)).toEqual([]);
  });

  it('are no run where they are far apart', async () => {
    const db = await open();
    await noteFailures(db, { ...SEEN, count: 4 });
    await db.query(`update connection_gate set failed_at = now() - interval '11 min'`);
    expect(await noteFailures(db, SEEN)).toMatchObject({ inARow: 1 });
  });

  it('show nothing to operators while it is open, and do not open or close it', async () => {
    const db = await open();
    await noteFailures(db, { ...SEEN, count: 50 });
    expect(await listConnectionGates(db)).toEqual([]);
    await close(db, 'operator');
    expect(await noteFailures(db, SEEN)).toEqual({ inARow: 51, closed: true });
    await endFailures(db, READ);
    expect(await listConnectionGates(db)).toMatchObject([{ state: 'operator', failures: 2 }]);
  });
});

function close(
  db: Queryable,
  state: GateState,
  overrides: Partial<ClosedConnection> = {},
  flows: readonly string[] = [],
): Promise<boolean> {
  return closeConnection(
    db,
    { connection: 'shop', state, reason: state, hint: 'Wait.', closedForMs: null, probeInMs: null, ...overrides },
    flows,
  );
}

async function dueProbe(db: Queryable): Promise<DueProbe> {
  const [probe] = await claimProbes(db, { connections: ['shop'], leaseMs: LEASE_MS });
  if (probe === undefined) throw new Error('No probe is due; expected one of the connection that was closed.');
  return probe;
}
