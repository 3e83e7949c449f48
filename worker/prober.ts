import { openConnection } from '../store/gate.ts';
import { claimProbes, postponeProbe } from '../store/probe.ts';
import { ConnectorError } from '../connectors/errors.ts';
import type { Database } from '../store/database.ts';
import type { DueProbe } from '../store/probe.ts';

const POLL_MS = 1000;
const FIRST_PROBE_MS = 2000;
const LONGEST_PROBE_MS = 30_000;

/** What probing takes. */
export interface ProberDeps {
  readonly db: Database;
  /** A cheap authenticated read at the connection; undefined: nothing to probe it with. */
  probe(connection: string): Promise<void> | undefined;
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
  const due = await claimProbes(deps.db, { leaseMs: LONGEST_PROBE_MS });
  await Promise.all(due.map((gate) => probeOne(deps, gate)));
}

async function probeOne(deps: ProberDeps, gate: DueProbe): Promise<void> {
  const { connection } = gate;
  const probed = deps.probe(connection);
  try {
    await probed;
    await openConnection(deps.db, connection);
    deps.log.info({ connection }, `the gate of ${connection} is open again`);
    deps.onOpened(connection);
  } catch (error) {
    const named = error instanceof ConnectorError && error.data.retry.kind === 'after' ? error.data.retry.ms : 0;
    // Not by the count of failures: calls that were under way when the gate closed fail as well.
    const backoff = Math.min(LONGEST_PROBE_MS, Math.max(FIRST_PROBE_MS, gate.closedForMs));
    await postponeProbe(deps.db, { connection, forMs: Math.max(named, backoff) });
  }
}
