import { expect, inject, it, describe, onTestFinished } from 'vitest';
import { freePort } from '../../bench/free-port.ts';
import { askAdmin } from '../../cli/admin/ask-admin.ts';
import { adminSocketPath } from '../../cli/admin/socket-path.ts';
import { makeWorkingFolder } from '../helpers/cli-process.ts';
import { eventually } from '../helpers/eventually.ts';

describe('deskbridge dev', () => {
  it('is ready only when all its doors are open: a command works as soon as /readyz is 200', async () => {
    const port = await freePort();
    const folder = makeWorkingFolder(`server: { port: ${port} }\ntemporal: { address: "${inject('temporalAddress')}" }\n`);
    onTestFinished(() => folder.remove());
    const dev = folder.run(['dev']);
    await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(200));
    expect(await askAdmin(adminSocketPath(folder.path), 'flows.list', {})).toEqual({ queues: [] });
    dev.child.kill('SIGTERM');
    expect(await dev.ended).toBe(0);
  });
});

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
