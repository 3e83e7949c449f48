import { expect, it, onTestFinished } from 'vitest';
import { createGateKeeper } from '../../activities/gates/keeper.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { closeConnection, listConnectionGates } from '../../store/gates/gate.ts';
import { startProber } from '../../activities/gates/prober.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import type { Retry } from '../../connectors/call/errors.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';
import type { Database } from '../../store/driver/database.ts';
import type { GateState } from '../../store/gates/gate.ts';

const NEVER: Retry = { kind: 'never' };

describeOnEachDatabase('the prober', (open) => {
  it('opens a gate once its probe is answered, and says so', async () => {
    const db = await open();
    await close(db, 'unauthorized');
    const opened = probeWith(db, () => Promise.resolve());
    await eventually(() => expect(opened).toEqual(['shop']));
    expect(await listConnectionGates(db)).toEqual([]);
  });

  it.each<[GateState, ConnectorErrorCode, boolean]>([
    ['down', 'forbidden', true],
    ['down', 'unsupported', false],
    ['down', 'network', false],
    ['unauthorized', 'forbidden', false],
  ])('that closed as %s and whose probe ends as %s opens: %s', async (state, code, opens) => {
    const db = await open();
    await close(db, state);
    let probes = 0;
    const opened = probeWith(db, () => {
      probes += 1;
      return Promise.reject(toError(code, code === 'network' ? { kind: 'backoff' } : NEVER));
    });
    await eventually(() => expect(probes).toBeGreaterThan(0));
    if (opens) await eventually(() => expect(opened).toEqual(['shop']));
    else
      await eventually(async () =>
        expect(await countRows(db, 'connection_gate', `state > 0 and probe_at < now() + interval '10 s'`)).toBe(1),
      );
    expect((await listConnectionGates(db)).length).toBe(opens ? 0 : 1);
  });

  it('learns from a probe that an outage is over and the token expired meanwhile', async () => {
    const db = await open();
    await close(db, 'down');
    probeWith(db, () => Promise.reject(toError('unauthorized', { kind: 'reauth' })));
    await eventually(async () => expect(await listConnectionGates(db)).toMatchObject([{ state: 'unauthorized', hint: 'Look.' }]));
  });

  it('leaves alone what this process cannot call', async () => {
    const db = await open();
    await close(db, 'down', 'elsewhere');
    await close(db, 'down');
    const opened = probeWith(db, () => Promise.resolve());
    await eventually(() => expect(opened).toEqual(['shop']));
    expect(await listConnectionGates(db)).toMatchObject([{ connection: 'elsewhere' }]);
  });
});

/** Runs a prober of the connection `shop` until the test ends; what it opened. */
function probeWith(db: Database, probe: () => Promise<void>): readonly string[] {
  const opened: string[] = [];
  const log = { info: (): void => undefined, warn: (): void => undefined };
  const gates = createGateKeeper({ db, flowsOf: () => [], log });
  const prober = startProber({ db, connections: { names: ['shop'], probe }, gates, onOpened: (name) => void opened.push(name), log });
  onTestFinished(() => prober.stop());
  return opened;
}

async function close(db: Database, state: GateState, connection = 'shop'): Promise<void> {
  await closeConnection(db, { connection, state, reason: 'x', hint: 'Wait.', closedForMs: null, probeInMs: 0 }, []);
}

function toError(code: ConnectorErrorCode, retry: Retry): ConnectorError {
  return new ConnectorError({ code, retry, connection: 'shop', operation: 'GET /x', hint: 'Look.', ambiguous: false });
}
