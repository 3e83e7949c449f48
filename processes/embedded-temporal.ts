import { join } from 'node:path';
import { ensureDevNamespaces } from '../config/read/state-dir.ts';
import { startDevServer } from '../temporal/dev-server.ts';
import { endLeftOver } from '../temporal/left-over.ts';
import { messageOf } from '../operator/fail.ts';
import { findPort } from './find-port.ts';
import { takeFolder } from './take-folder.ts';
import { toWorkflowsPage } from '../operator/workflow-link.ts';
import { StartFailure } from './start-failure.ts';
import type { StateDir } from '../config/read/state-dir.ts';
import type { TemporalAddress } from '../temporal/connect.ts';
import type { DevServer, DevServerOptions } from '../temporal/dev-server.ts';

const PORTS = [7233];
const UI_PORTS = [8233];
/** A port that was free may be taken by the time it is listened on, also one that the dev server chooses itself. */
const TRIES = 3;

/** The Temporal of this working folder, and nobody else's. */
export interface EmbeddedTemporal {
  readonly where: TemporalAddress;
  readonly uiOrigin: string;
  /** The page of the UI that lists this folder's workflows. */
  readonly uiPage: string;
  /** Rejects when it has ended, with a sentence that says so. */
  readonly lost: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts the dev server of a working folder, on the usual ports where they are free. What a killed process left running there is ended
 * first. Throws StartFailure where it doesn't start, CliFailure where another process has the folder.
 */
export async function startEmbeddedTemporal(options: {
  readonly cliPath: string;
  readonly state: StateDir;
  readonly codecEndpoint: string;
}): Promise<EmbeddedTemporal> {
  const { cliPath, state, codecEndpoint } = options;
  const giveBack = await takeFolder(join(state.path, 'temporal'), 'Another deskbridge dev');
  try {
    await endLeftOver(state.temporal);
    const { own, work } = ensureDevNamespaces(state);
    const server = await startSomewhere({ cliPath, dbFile: state.temporal, codecEndpoint, ownNamespace: own });
    const lost = server.ended.then(failLost);
    // Nobody listens yet, or any more: an end that is asked for is no failure.
    lost.catch(() => undefined);
    return {
      where: { address: server.address, namespace: work, tls: false, apiKey: null },
      uiOrigin: server.uiOrigin,
      uiPage: toWorkflowsPage(server.uiOrigin, work),
      lost,
      async stop() {
        await server.stop();
        await giveBack();
      },
    };
  } catch (error) {
    await giveBack();
    throw error;
  }
}

async function startSomewhere(options: Omit<DevServerOptions, 'port' | 'uiPort'>): Promise<DevServer> {
  let failure: unknown = null;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      return await startDevServer({ ...options, port: await findPort(PORTS), uiPort: await findPort(UI_PORTS) });
    } catch (error) {
      failure = error;
    }
  }
  throw new StartFailure(messageOf(failure), 1, { cause: failure });
}

function failLost(words: string): never {
  throw new Error(
    `The Temporal dev server of this folder ended: ${words} What was taken is in the store: start deskbridge dev again, and it goes on.`,
  );
}
