import { toStepFailure } from '../failure.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { claimProbes, openProbed, postponeProbe } from '../../store/gates/probe.ts';
import type { GateKeeper } from './keeper.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';
import type { Database } from '../../store/driver/database.ts';
import type { DueProbe } from '../../store/gates/probe.ts';
import type { BoundConnections } from '../../connectors/connections.ts';

const POLL_MS = 1000;
const FIRST_PROBE_MS = 2000;
const LONGEST_PROBE_MS = 30_000;
/** What only a system that works says of a read. */
const ANSWERS: readonly ConnectorErrorCode[] = ['forbidden', 'not_found', 'conflict', 'invalid'];

/** What probing takes. */
export interface ProberDeps {
  readonly db: Database;
  /** Whose probes are this process's: it leaves alone what it cannot call. A probe is a cheap authenticated read. */
  readonly connections: Pick<BoundConnections, 'names' | 'probe'>;
  /** Hears of probes that failed: the cause may have become another one. */
  readonly gates: Pick<GateKeeper, 'failed'>;
  /** A gate opened: the dispatcher should look. */
  onOpened(connection: string): void;
  readonly log: { info(fields: object, message: string): void };
}

/** Tries closed connections again, each by one worker at a time, and opens their gates when they answer. */
export function startProber(deps: ProberDeps): { stop(): Promise<void> } {
  let stopped = false;
  let end = (): void => undefined;
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await pass(deps).catch(() => undefined);
      if (!stopped) await sleep();
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      end();
      await running;
    },
  };
}

async function pass(deps: ProberDeps): Promise<void> {
  const due = await claimProbes(deps.db, { connections: deps.connections.names, leaseMs: LONGEST_PROBE_MS });
  await Promise.all(due.map((gate) => probeOne(deps, gate)));
}

async function probeOne(deps: ProberDeps, gate: DueProbe): Promise<void> {
  const { connection } = gate;
  try {
    await deps.connections.probe(connection);
  } catch (error) {
    if (!isUpAgain(gate, error)) return stayClosed(deps, gate, error);
  }
  if (!(await openProbed(deps.db, gate))) return;
  deps.log.info({ connection }, `the gate of ${connection} is open again`);
  deps.onOpened(connection);
}

/** A system that was down and now says no to the probe alone answers: the token may lack the right for just this read. */
function isUpAgain(gate: DueProbe, error: unknown): boolean {
  return gate.state === 'down' && error instanceof ConnectorError && ANSWERS.includes(error.data.code);
}

async function stayClosed({ db, gates }: ProberDeps, gate: DueProbe, error: unknown): Promise<void> {
  await gates.failed(error, toStepFailure(error, 'probe'));
  const namedMs = error instanceof ConnectorError && error.data.retry.kind === 'after' ? error.data.retry.ms : 0;
  // Not by the count of failures: calls that were under way when the gate closed fail as well.
  const backoffMs = Math.min(LONGEST_PROBE_MS, Math.max(FIRST_PROBE_MS, gate.closedForMs));
  await postponeProbe(db, { ...gate, forMs: Math.max(namedMs, backoffMs) });
}
