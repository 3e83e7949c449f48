import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { startDevServer } from '../../temporal/dev-server.ts';
import { registerSearchAttributes } from '../../temporal/register.ts';
import { bundleOurs } from '../rig/bundle.ts';
import { freePort } from '../rig/free-port.ts';
import type { DevServer } from '../../temporal/dev-server.ts';

/** A Temporal dev server of the run's own, that may be killed and started again. */
export interface OwnTemporal {
  readonly address: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; with `dbFile` null it keeps everything in memory. */
export async function createTemporal(cliPath: string, dbFile: string | null): Promise<OwnTemporal> {
  const ports = { port: await freePort(), uiPort: await freePort() };
  const start = (): Promise<DevServer> => startDevServer({ cliPath, ...ports, dbFile, codecEndpoint: null });
  let server = await start();
  return {
    address: server.address,
    start: async () => {
      server = await start();
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}

/** Connects to it, with the search attributes that workflows need. */
export async function connectTo(address: string): Promise<Connection> {
  const connection = await Connection.connect({ address });
  await registerSearchAttributes(connection, 'default');
  return connection;
}

/** Bundles the product's workflows with the fault run's flow; answers the bundle's path. */
export async function writeBundle(folder: string): Promise<string> {
  const path = join(folder, 'bundle.js');
  await writeFile(path, (await bundleOurs('chaos')).code);
  return path;
}
