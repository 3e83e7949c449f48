import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../bench/rig/free-port.ts';
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
    const ports = 'deskwoot=0,chatwoot=0,stripe=0,slack=0';
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
    const { code, err } = await cli.run('sandbox', '--ports', `deskwoot=${free},chatwoot=0,stripe=0,slack=${port}`);
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^The sandbox cannot start: .*:${port}\\. Stop what listens there, or name other ports with --ports\\.\n$`),
    );
    const next = createServer();
    next.listen(free, '127.0.0.1');
    await once(next, 'listening');
    next.close();
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
