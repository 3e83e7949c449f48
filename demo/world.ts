import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@temporalio/client';
import { createConnection } from '../temporal/connection.ts';
import { startSandbox } from '../sandbox/main.ts';
import { makeNamespaceName, startDevServer } from '../temporal/dev-server.ts';
import { endLeftOver } from '../temporal/left-over.ts';
import { CliFailure, messageOf } from '../operator/fail.ts';
import { findPort } from '../processes/find-port.ts';
import { takeFolder } from '../processes/take-folder.ts';
import { createApp } from './app.ts';
import { demoConfig, demoSecrets } from './demo-config.ts';

import type { Sandbox } from '../sandbox/main.ts';
import type { DevServer } from '../temporal/dev-server.ts';
import type { App } from './app.ts';

const SERVER_PORTS = [8080, 8081, 8082];
const TEMPORAL_PORTS = [7233];
const UI_PORTS = [8233];
const DATABASE = 'temporal.db';
const OWNER_ONLY = 0o600;
const OWNERS_FOLDER = 0o700;
/** Stripe tries for days; here it does so within the demo. https://docs.stripe.com/webhooks#automatic-retries */
const STRIPE_WAITS_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000];

/** Everything the demo runs on. */
export interface World {
  readonly sandbox: Sandbox;
  readonly app: App;
  /** For looking at workflows only: it has no key, and needs none. */
  readonly temporal: Client;
  readonly namespace: string;
  readonly temporalUi: string;
  readonly folder: string;
  /** Rejects with CliFailure when Temporal has ended. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

/** What the world is made with. */
export interface WorldOptions {
  /** Emptied and made anew. */
  readonly folder: string;
  readonly temporalCliPath: string;
  readonly script: string;
  readonly stopped: AbortSignal;
}

/**
 * Starts the remote systems and Temporal, and writes the configuration; the app is not started yet. Throws CliFailure where another demo
 * has the folder, or Temporal does not start.
 */
export async function createWorld({ folder, temporalCliPath, script, stopped }: WorldOptions): Promise<World> {
  const giveBack = await emptyFolder(folder);
  const port = await findPort(SERVER_PORTS);
  const adminPort = await findPort([port + 1]);
  const origin = `http://127.0.0.1:${port}`;
  const hooks = { chatwoot: `${origin}/webhooks/helpdesk`, deskwoot: `${origin}/webhooks/deskwoot`, stripe: `${origin}/webhooks/billing` };
  const sandbox = await startSandbox({ hooks, stripe: { retryWaitsMs: STRIPE_WAITS_MS } });
  const namespace = makeNamespaceName();
  const server = await startTemporal(folder, temporalCliPath, `http://127.0.0.1:${adminPort}`, namespace).catch(async (error: unknown) => {
    await sandbox.close();
    await giveBack();
    throw new CliFailure(messageOf(error));
  });
  const places = { port, adminPort, temporal: server.address, namespace, temporalUi: server.uiOrigin };
  writeFileSync(join(folder, 'deskbridge.yaml'), demoConfig(places, sandbox.describe()));
  writeFileSync(join(folder, '.env'), demoSecrets(sandbox.describe()), { mode: OWNER_ONLY });
  const app = createApp({ folder, port, adminPort, script, stopped });
  const connection = createConnection({ address: server.address });
  return {
    sandbox,
    app,
    temporal: new Client({ connection, namespace }),
    namespace,
    temporalUi: server.uiOrigin,
    folder,
    lost: failWhenLost(server),
    async close() {
      await app.stop();
      await connection.close();
      await Promise.all([server.stop(), sandbox.close()]);
      await giveBack();
    },
  };
}

/** Takes the folder for this demo and empties it; ends what a killed demo left running in it. */
async function emptyFolder(folder: string): Promise<() => Promise<void>> {
  mkdirSync(dirname(folder), { recursive: true, mode: OWNERS_FOLDER });
  const giveBack = await takeFolder(folder, 'Another demo');
  await endLeftOver(join(folder, DATABASE));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: OWNERS_FOLDER });
  return giveBack;
}

async function startTemporal(folder: string, cliPath: string, origin: string, ownNamespace: string): Promise<DevServer> {
  const ports = { port: await findPort(TEMPORAL_PORTS), uiPort: await findPort(UI_PORTS) };
  return startDevServer({ cliPath, ...ports, dbFile: join(folder, DATABASE), codecEndpoint: `${origin}/codec`, ownNamespace });
}

function failWhenLost(server: DevServer): Promise<never> {
  const lost = server.ended.then((words): never => {
    throw new CliFailure(`The demo's Temporal ended: ${words} Start the demo again.`);
  });
  // Before the demo plays and after it was told to end, this is no failure.
  lost.catch(() => undefined);
  return lost;
}
