import { expect, inject, it, describe, onTestFinished } from 'vitest';
import { freePort } from '../../bench/rig/free-port.ts';
import { askAdmin } from '../../operator/door/ask-admin.ts';
import { adminSocketPath } from '../../operator/door/socket-path.ts';
import { makeWorkingFolder } from '../helpers/cli-process.ts';
import { eventually } from '../helpers/eventually.ts';
import type { WorkingFolder } from '../helpers/cli-process.ts';

describe('deskbridge dev', () => {
  it('is ready only when all its doors are open: a command works as soon as /readyz is 200', async () => {
    const port = await freePort();
    const folder = openFolder(`server: { port: ${port} }\n`);
    const dev = folder.run(['dev']);
    await eventually(async () => expect(await statusOf(`http://127.0.0.1:${port}/readyz`)).toBe(200));
    expect(await askAdmin(adminSocketPath(folder.path), 'flows.list', {})).toEqual({ queues: [] });
    dev.child.kill('SIGTERM');
    expect(await dev.ended).toBe(0);
  });

  it('begins its log with what deserves a look in the configuration', async () => {
    const folder = openFolder('server: { port: 0 }\nconnections:\n  orders: { type: custom, secret: env:SHORT }\n');
    const dev = folder.run(['dev'], { SHORT: `whsec_${Buffer.alloc(16, 7).toString('base64')}` });
    const [line] = await dev.says(/^\{[^\n]*\}\n/);
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      at: 'connections.orders',
      line: 3,
      msg: expect.stringContaining('has 16 bytes, fewer than the 24'),
    });
  });
});

function openFolder(config: string): WorkingFolder {
  const folder = makeWorkingFolder(`${config}temporal: { address: "${inject('temporalAddress')}" }\n`, { store: true });
  onTestFinished(() => folder.remove());
  return folder;
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
