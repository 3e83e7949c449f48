import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { makeWorkingFolder } from '../helpers/cli-process.ts';
import { kill } from '../helpers/dev-process.ts';
import { eventually } from '../helpers/eventually.ts';
import type { Environment, WorkingFolder } from '../helpers/cli-process.ts';

const EMBEDDED = 'server: { port: 0 }\n';
const RUNS = /dev runs: webhooks come to (http:\/\/\S+)\/webhooks\/<connection>, metrics are at \S+, the Temporal UI is at (\S+)\. Stop it/;

let cliPath = '';
beforeAll(async () => {
  cliPath = (await findTemporalCli()).path;
});

function openFolder(options = { store: true }): WorkingFolder {
  const folder = makeWorkingFolder(EMBEDDED, options);
  onTestFinished(() => folder.remove());
  return folder;
}

/** The environment of a person who installed nothing; `cached`: but whose set-up fetched the CLI once. */
function bareEnvironment(folder: WorkingFolder, cached: boolean): Environment {
  const cache = join(folder.path, 'cache');
  const place = join(cache, 'deskbridge', 'temporal-1.9.1');
  mkdirSync(place, { recursive: true });
  if (cached) symlinkSync(cliPath, join(place, 'temporal'));
  return { TEMPORAL_CLI_PATH: undefined, PATH: '', XDG_CACHE_HOME: cache };
}

describe('deskbridge dev by itself', () => {
  it('ends with 1 and says where it looked where there is no Temporal CLI', async () => {
    const folder = openFolder();
    const dev = folder.run(['dev'], bareEnvironment(folder, false));
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toMatch(/^No Temporal CLI was found[^]*PATH: no `temporal` on it[^]*cached copy: [^]*temporal\.address/);
    expect(dev.output()).not.toMatch(/\n\s+at /);
  });

  it('finds the copy that set-up keeps, without a PATH, and ends with 0 on SIGTERM', async () => {
    // As at its very first start: it makes its store.
    const folder = openFolder({ store: false });
    const dev = folder.run(['dev'], bareEnvironment(folder, true));
    await dev.says(RUNS);
    dev.child.kill('SIGTERM');
    expect(await dev.ended).toBe(0);
  });

  it('runs beside one of another folder: each with a Temporal and a namespace of its own', async () => {
    const started = [openFolder(), openFolder()].map((folder) => folder.run(['dev']));
    const places = await Promise.all(started.map(async (dev) => (await dev.says(RUNS))[2] ?? ''));
    const [first, second] = places.map((place) => new URL(place));
    expect(first?.pathname).toMatch(/^\/namespaces\/deskbridge-[0-9a-f]{8}\/workflows$/);
    expect(second?.pathname).toMatch(/^\/namespaces\/deskbridge-[0-9a-f]{8}\/workflows$/);
    expect(first?.pathname).not.toBe(second?.pathname);
    expect(first?.port).not.toBe(second?.port);
  });

  it('ends with 1 and says so when its Temporal ends', async () => {
    const folder = openFolder();
    const dev = folder.run(['dev']);
    await dev.says(RUNS);
    process.kill(temporalOf(folder), 'SIGKILL');
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toMatch(/\nThe Temporal dev server of this folder ended: [^\n]* start deskbridge dev again, and it goes on\.\n$/);
  });

  it('ends what a killed one left running before it starts its own', async () => {
    const folder = openFolder();
    const first = folder.run(['dev']);
    await first.says(RUNS);
    const left = temporalOf(folder);
    await kill(first.child);
    expect(isRunning(left)).toBe(true);
    const second = folder.run(['dev']);
    await second.says(RUNS);
    expect(isRunning(left)).toBe(false);
    const own = temporalOf(folder);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    await eventually(() => expect(isRunning(own)).toBe(false));
  });
});

/** The process id of a folder's Temporal. */
function temporalOf(folder: WorkingFolder): number {
  return Number(readFileSync(join(folder.path, '.deskbridge', 'temporal.db.pid'), 'utf8'));
}

/** A process that ended and was not waited for yet counts as gone, where the system tells. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
