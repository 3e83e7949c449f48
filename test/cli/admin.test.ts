import { mkdir, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { askAdmin } from '../../operator/door/ask-admin.ts';
import { createAdminServer } from '../../operator/door/serve-admin.ts';
import { adminSocketPath } from '../../operator/door/socket-path.ts';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { createFakeWorkflows, embeddedStoreOf, openCli } from './cli.ts';
import { makeEmbedded } from '../helpers/databases.ts';
import { putEmptyStore } from '../helpers/empty-store.ts';
import { teardown } from '../helpers/teardown.ts';
import { tasks } from '../../processes/slices.ts';
import type { Database } from '../../store/driver/database.ts';

async function openDbIn(dataDir: string): Promise<Database> {
  await mkdir(dirname(dataDir), { mode: 0o700 });
  putEmptyStore(dataDir);
  const db = await createPglite({ dataDir });
  await migrate(db);
  return db;
}

async function serveIn(folder: string, db: Database): Promise<{ path: string; close(): Promise<void> }> {
  const path = adminSocketPath(folder);
  await mkdir(join(folder, '.deskbridge'), { recursive: true, mode: 0o700 });
  const server = await createAdminServer({ tasks, socketPath: path, store: embeddedStoreOf(folder), db, workflows: createFakeWorkflows() });
  return { path, close: () => server.close() };
}

describe('the admin door', () => {
  let db: Database;
  const closeAfter = teardown();
  beforeAll(async () => {
    const made = await makeEmbedded();
    closeAfter(() => made.remove());
    db = made.db;
  });

  it("is the owner's only, and runs named tasks, nothing else", async () => {
    const cli = await openCli();
    const server = await serveIn(cli.folder, db);
    onTestFinished(() => server.close());
    expect((await stat(server.path)).mode & 0o777).toBe(0o600);
    expect(await askAdmin(server.path, 'flows.list', {})).toEqual({ queues: [] });
    await expect(askAdmin(server.path, 'select 1', {})).rejects.toThrow('does not know select 1');
    await expect(askAdmin(server.path, 'events.show', { id: '1 or true' })).rejects.toThrow('both sides must be of one version');
    await expect(askAdmin(server.path, 'events.list', { limit: 'many' })).rejects.toThrow('both sides must be of one version');
    expect(await postRaw(server.path, 'not json')).toMatchObject({ error: { exitCode: 1 } });
  });

  it('lets commands in while the process holds the embedded store, and the store is theirs again when it is gone', async () => {
    const cli = await openCli();
    const dataDir = join(cli.folder, '.deskbridge', 'store');
    const own = await openDbIn(dataDir);
    expect(await cli.run('events', 'list')).toMatchObject({ code: 1, err: expect.stringContaining('is in use by process') });
    const server = await serveIn(cli.folder, own);
    expect(await cli.run('events', 'list')).toMatchObject({ code: 0, out: 'No events match.\n' });
    await expect(serveIn(cli.folder, own)).rejects.toThrow('Another process serves');
    await server.close();
    await own.close();
    expect(await cli.run('events', 'list')).toMatchObject({ code: 0, out: 'No events match.\n' });
    const paused = await cli.run('flows', 'pause', 'dunning', '--json');
    expect(paused.json()).toEqual({ flow: 'dunning', paused: true });
    expect((await cli.run('flows', 'list', '--json')).json()).toMatchObject({ flows: [{ gate: 'paused' }, {}] });
  });

  it('lets a command into the store of its own configuration only, not into that of whoever runs in the folder', async () => {
    const cli = await openCli();
    const server = await serveIn(cli.folder, db);
    onTestFinished(() => server.close());
    await writeFile(join(cli.folder, 'other.yaml'), 'store: { dir: elsewhere }\n');
    expect(await cli.run('events', 'list')).toMatchObject({ code: 0, out: 'No events match.\n' });
    const other = await cli.run('events', 'list', '--config', 'other.yaml');
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining(`There is no store at ${join(cli.folder, 'elsewhere')} yet`) });
  });

  it('replaces the socket of a process that is gone', async () => {
    const cli = await openCli();
    const left = await serveIn(cli.folder, db);
    await left.close();
    const again = await serveIn(cli.folder, db);
    expect(await askAdmin(again.path, 'flows.list', {})).toEqual({ queues: [] });
    await again.close();
  });
});

function postRaw(socketPath: string, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path: '/' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(JSON.parse(text)));
    });
    call.on('error', reject);
    call.end(body);
  });
}
