import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAdmin } from '../../processes/open-admin.ts';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { createRegistry } from '../../server/registry.ts';
import type { DeskbridgeConfig } from '../../config/read/read.ts';
import type { RunningAdmin } from '../../server/admin.ts';

function configOf(server: string): DeskbridgeConfig {
  const loaded = loadConfig(
    {
      path: 'deskbridge.yaml',
      env: {},
      readFile(path) {
        if (path === 'deskbridge.yaml') return `server: ${server}`;
        throw new Error('no such file');
      },
    },
    installed,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

async function open(server: string, role: 'server' | 'worker'): Promise<{ readonly admin: RunningAdmin; readonly warnings: string[] }> {
  const warnings: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
  const admin = await openAdmin(configOf(server), role, { metrics: createRegistry({ process: true }), log });
  onTestFinished(() => admin.close());
  return { admin, warnings };
}

/** A port that somebody listens on, with the next one free or taken as well. */
async function occupy(port = 0): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

describe('the admin listener of a process', () => {
  it('shows metrics of any process: memory, processor time, event loop', async () => {
    const { admin } = await open('{ port: 0 }', 'worker');
    expect(await (await fetch(`${admin.origin}/metrics`)).text()).toContain('nodejs_eventloop_lag_seconds');
  });

  it('is one above the webhooks, and that of a worker one above that, so that both run on one machine', async () => {
    const taken = await occupy();
    const { admin: server, warnings } = await open(`{ port: ${taken} }`, 'server');
    const { admin: worker } = await open(`{ port: ${taken} }`, 'worker');
    // Another process of this machine may have one of them.
    if (warnings.length === 0) expect(server.port).toBe(taken + 1);
    expect(worker.port).not.toBe(server.port);
  });

  it('takes a free port and says which where its default is in use, for webhooks must not wait for it', async () => {
    const taken = await occupy();
    const { admin, warnings } = await open(`{ port: ${taken - 1} }`, 'server');
    expect(admin.port).not.toBe(taken);
    expect(warnings).toEqual([expect.stringContaining(`metrics are at http://127.0.0.1:${admin.port}/metrics`)]);
    expect((await fetch(`${admin.origin}/metrics`)).status).toBe(200);
  });

  it.each([
    ['server', 'port'],
    ['worker', 'workerPort'],
  ] as const)('of a %s refuses to start where the port that the configuration names is in use', async (role, key) => {
    const taken = await occupy();
    await expect(open(`{ admin: { ${key}: ${taken} } }`, role)).rejects.toThrow(`server.admin.${key}`);
  });
});
