import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { startDevServer } from '../../temporal/dev-server.ts';
import { freePort } from '../../bench/rig/free-port.ts';
import type { DevServer } from '../../temporal/dev-server.ts';

/** A Temporal dev server that belongs to one test file and keeps its state on disk, so that it can be stopped and started again. */
export interface OwnTemporal {
  /** host:port, the same after a restart. */
  readonly address: string;
  /** Starts it again on what it had. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Every byte it keeps on disk. Stop it first. */
  bytes(): Buffer;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** Starts a server of the test's own. */
export async function startOwnTemporal(): Promise<OwnTemporal> {
  const { path: cliPath } = await findTemporalCli();
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-temporal-'));
  const options = { cliPath, dbFile: join(folder, 'temporal.db'), codecEndpoint: null };
  const ports = { port: await freePort(), uiPort: await freePort(), metricsPort: await freePort() };
  const startIt = (): Promise<DevServer> => startDevServer({ ...options, ...ports });
  // It takes ports of its own choice beside these, which another process may snatch: that is no matter of the test.
  let server: DevServer | null = await startIt().catch(startIt);
  const { address } = server;
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = null;
  };
  return {
    address,
    stop,
    async start() {
      server ??= await startIt().catch(startIt);
    },
    bytes: () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
