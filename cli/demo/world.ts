import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { createConnection } from '../../temporal/connection.ts';
import { startSandbox } from '../../sandbox/main.ts';
import { startDevServer } from '../../temporal/dev-server.ts';
import { CliFailure, messageOf } from '../fail.ts';
import { createApp } from './app.ts';
import { demoConfig, demoSecrets } from './demo-config.ts';
import { findPort } from './ports.ts';
import type { Sandbox } from '../../sandbox/main.ts';
import type { App } from './app.ts';

const SERVER_PORTS = [8080, 8081, 8082];
const TEMPORAL_PORTS = [7233];
const UI_PORTS = [8233];
const OWNER_ONLY = 0o600;
/** Stripe tries for days; here it does so within the demo. https://docs.stripe.com/webhooks#automatic-retries */
const STRIPE_WAITS_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000];

/** Everything the demo runs on. */
export interface World {
  readonly sandbox: Sandbox;
  readonly app: App;
  /** For looking at workflows only: it has no key, and needs none. */
  readonly temporal: Client;
  readonly temporalUi: string;
  readonly folder: string;
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

/** Starts the remote systems and Temporal, and writes the configuration; the app is not started yet. */
export async function createWorld({ folder, temporalCliPath, script, stopped }: WorldOptions): Promise<World> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await findPort(SERVER_PORTS);
  const adminPort = await findPort([port + 1]);
  const uiPort = await findPort(UI_PORTS);
  const origin = `http://127.0.0.1:${port}`;
  const hooks = { chatwoot: `${origin}/webhooks/helpdesk`, deskwoot: `${origin}/webhooks/deskwoot`, stripe: `${origin}/webhooks/billing` };
  const sandbox = await startSandbox({ hooks, stripe: { retryWaitsMs: STRIPE_WAITS_MS } });
  const temporalPort = await findPort(TEMPORAL_PORTS);
  const dbFile = join(folder, 'temporal.db');
  const server = await startDevServer({
    cliPath: temporalCliPath,
    port: temporalPort,
    uiPort,
    dbFile,
    codecEndpoint: `http://127.0.0.1:${adminPort}/codec`,
  }).catch(async (error: unknown) => {
    await sandbox.close();
    throw new CliFailure(messageOf(error));
  });
  writeFileSync(
    join(folder, 'deskbridge.yaml'),
    demoConfig({ port, adminPort, temporal: server.address, temporalUi: server.uiOrigin }, sandbox.describe()),
  );
  writeFileSync(join(folder, '.env'), demoSecrets(sandbox.describe()), { mode: OWNER_ONLY });
  const app = createApp({ folder, port, adminPort, script, stopped });
  const connection = createConnection({ address: server.address });
  return {
    sandbox,
    app,
    temporal: new Client({ connection }),
    temporalUi: server.uiOrigin,
    folder,
    async close() {
      await app.stop();
      await connection.close();
      await Promise.all([server.stop(), sandbox.close()]);
    },
  };
}
