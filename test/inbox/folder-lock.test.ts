import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockFolder } from '../../store/driver/folder-lock.ts';

/** As it was left by a process that is gone. */
const STALE = '999999999 1';
const LEFT = [
  ['a fresh folder', null],
  ['a lock that was left', STALE],
  ['a lock that was left half written', ''],
] as const;

function makeFolder(left: string | null): string {
  const parent = mkdtempSync(join(tmpdir(), 'deskbridge-lock-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'store');
  if (left !== null) writeFileSync(`${folder}.lock`, left);
  return folder;
}

/** A process that tries, says what came of it, and lives on until its input ends. */
const CONTENDER = `
const { lockFolder } = await import(process.argv[1]);
process.stdout.write('r');
process.stdin.once('data', () => lockFolder(process.argv[2]).then(() => 'y', () => 'n').then((got) => process.stdout.write(got)));`;

interface Contender {
  readonly ready: Promise<unknown>;
  tryIt(): Promise<string>;
  end(): Promise<unknown>;
}

function startContender(folder: string): Contender {
  const built = new URL('../../dist/store/driver/folder-lock.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER, built, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    ready: once(child.stdout, 'data'),
    async tryIt() {
      const said = once(child.stdout, 'data');
      child.stdin.write('go');
      return String((await said)[0]);
    },
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the lock of a folder', () => {
  it.each(LEFT)('is given to exactly one of many that ask at the same moment, with %s', async (_what, left) => {
    for (let round = 0; round < 30; round += 1) {
      const folder = makeFolder(left);
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const got = tried.filter((one) => one.status === 'fulfilled');
      expect(got).toHaveLength(1);
      expect(readdirSync(join(folder, '..'))).toEqual(['store.lock']);
      await got[0]?.value();
      expect(readdirSync(join(folder, '..'))).toEqual([]);
    }
  });

  it.each(LEFT)('is given to exactly one of many processes that start at the same moment, with %s', async (_what, left) => {
    const folder = makeFolder(left);
    const contenders = Array.from({ length: 6 }, () => startContender(folder));
    onTestFinished(async () => void (await Promise.all(contenders.map((one) => one.end()))));
    await Promise.all(contenders.map((one) => one.ready));
    const said = await Promise.all(contenders.map((one) => one.tryIt()));
    expect(said.sort()).toEqual(['n', 'n', 'n', 'n', 'n', 'y']);
    await expect(lockFolder(folder)).rejects.toThrow('is in use by process');
    // The holder dies without a word; so did one that had only begun to ask.
    await Promise.all(contenders.map((one) => one.end()));
    writeFileSync(`${folder}.lock.999999999.1.0000000000000000`, STALE);
    await (
      await lockFolder(folder)
    )();
  });

  it('says whose it is, and is given back once only', async () => {
    const folder = makeFolder(null);
    const unlock = await lockFolder(folder);
    expect(readFileSync(`${folder}.lock`, 'utf8')).toMatch(new RegExp(`^${process.pid} \\d*$`));
    await unlock();
    const second = await lockFolder(folder);
    await unlock();
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    await second();
  });
});
