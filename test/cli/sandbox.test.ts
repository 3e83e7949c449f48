import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCli } from './cli.ts';

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

  it('refuses ports that are none', async () => {
    const cli = await openCli();
    expect(await cli.run('sandbox', '--ports', 'zendesk=1')).toMatchObject({ code: 2, err: expect.stringContaining('found "zendesk=1"') });
  });
});
