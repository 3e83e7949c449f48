import { expect, it, describe, beforeAll, onTestFinished } from 'vitest';
import { freePort } from '../../bench/rig/free-port.ts';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { startDevServer } from '../../temporal/dev-server.ts';
import type { DevServer, DevServerOptions } from '../../temporal/dev-server.ts';

let cliPath = '';
beforeAll(async () => {
  cliPath = (await findTemporalCli()).path;
});

async function start(options: Pick<DevServerOptions, 'port'>): Promise<DevServer> {
  const server = await startDevServer({ cliPath, uiPort: await freePort(), dbFile: null, codecEndpoint: null, ...options });
  onTestFinished(() => server.stop());
  return server;
}

describe('the dev server', () => {
  it('is not taken for a stranger who has its port: that start is refused, with what the process said', async () => {
    const port = await freePort();
    await start({ port });
    await expect(start({ port })).rejects.toThrow(/did not start on port \d+: it said "[^"]*address already in use/);
  });

  it('says with which words it ended, also where nobody asked it to', async () => {
    const server = await start({ port: await freePort() });
    process.kill(server.pid, 'SIGKILL');
    expect(await server.ended).toMatch(/^it said /);
  });
});
