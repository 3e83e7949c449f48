import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../bench/rig/free-port.ts';
import { registry, systemNames } from '../../sandbox/registry.ts';
import { openCli } from './cli.ts';
import type { Server } from 'node:net';

describe('sandbox', () => {
  it('prints a configuration that check accepts, with its secrets beside it', async () => {
    const cli = await openCli({ env: {} });
    const { code, out } = await cli.run('sandbox', '--print-config');
    expect(code).toBe(0);
    await writeFile(join(cli.folder, 'sandbox.yaml'), out);
    const variables = [...out.matchAll(/^# {3}([A-Z_]+=.*)$/gm)].map((match) => match[1]);
    await writeFile(join(cli.folder, '.env'), variables.join('\n'));
    expect(await readFile(join(cli.folder, '.env'), 'utf8')).toContain('DESKWOOT_TOKEN=dw_');
    expect(await cli.run('check', '--config', 'sandbox.yaml')).toMatchObject({ code: 0, err: '' });
  });

  it('runs until it is stopped, and says where its systems and their controls are', async () => {
    let seen: unknown = null;
    const ports = systemNames.map((name) => `${name}=0`).join(',');
    const cli = await openCli({
      untilStopped: async () => {
        seen = 'running';
      },
    });
    const { code, out } = await cli.run('sandbox', '--ports', ports);
    expect([code, seen]).toEqual([0, 'running']);
    expect(out).toMatch(/stripe\n[^]*origin +http:\/\/127\.0\.0\.1:\d+/);
    expect(out).toContain('POST /_sandbox/faults');
    expect((await cli.run('sandbox', '--ports', ports, '--json')).json()).toMatchObject({
      slack: { channel: 'C0123' },
      deskwoot: { accountId: 'acc_sandbox' },
    });
  });

  it('leaves nothing open where one of its ports is in use, and says which', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const port = portOf(taken);
    const free = await freePort();
    const cli = await openCli();
    const { code, err } = await cli.run(
      'sandbox',
      '--ports',
      `${systemNames.map((name) => `${name}=0`).join(',')},deskwoot=${free},slack=${port}`,
    );
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^The sandbox cannot start: .*:${port}\\. Stop what listens there, or name other ports with --ports\\.\n$`),
    );
    const next = createServer();
    next.listen(free, '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });

  it('says in its help where each system listens', async () => {
    const cli = await openCli();
    const { code, out } = await cli.run('sandbox', '--help');
    expect(code).toBe(0);
    for (const name of systemNames) expect(out).toContain(`${name}=${registry[name].port}`);
  });

  it('refuses ports that are none', async () => {
    const cli = await openCli();
    expect(await cli.run('sandbox', '--ports', 'zendesk=1')).toMatchObject({ code: 2, err: expect.stringContaining('found "zendesk=1"') });
  });
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
