import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRedis } from '../../setup/redis.mjs';
import { findRestate } from '../../setup/restate.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge setup '));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a Redis for the comparison', () => {
  it('is the one on the PATH, and nothing is installed', async () => {
    program('redis-server', 'true');
    program('apt-get', 'echo "$@" >> "$LOG"');
    expect(await findRedis({ env: env(), isRoot: true })).toEqual({ path: join(folder, 'bin', 'redis-server') });
    expect(() => readFileSync(join(folder, 'log'))).toThrow();
  });

  it('is installed by root, after a look for newer lists where it is not known', async () => {
    const make = '[ -e "$LOG.lists" ] || exit 100; printf "#!/bin/sh\\n" > "$BIN/redis-server"; chmod +x "$BIN/redis-server"';
    program('apt-get', `echo "$@" >> "$LOG"; if [ "$1" = update ]; then touch "$LOG.lists"; else ${make}; fi`);
    expect(await findRedis({ env: env(), isRoot: true })).toEqual({ path: join(folder, 'bin', 'redis-server') });
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('install -y redis-server\nupdate\ninstall -y redis-server\n');
  });

  it('is refused to another account, with what to do', async () => {
    await expect(findRedis({ env: { PATH: join(folder, 'bin') }, isRoot: false })).rejects.toThrow(
      /no redis-server on the PATH, and only root may install it\. Install Redis 5 or newer \(Debian: apt-get install redis-server\)/,
    );
  });

  it('is refused with what apt-get said where that cannot', async () => {
    program('apt-get', 'echo "E: Unable to locate package redis-server"; exit 100');
    await expect(findRedis({ env: env(), isRoot: true })).rejects.toThrow(/could not install it: E: Unable to locate package/);
  });
});

describe('a Restate server for the comparison', () => {
  it('is refused with what npm said, and leaves nothing half fetched behind', async () => {
    program('npm', 'echo "npm error code E404"; exit 1');
    await expect(findRestate({ env: env(), cacheFolder: join(folder, 'cache') })).rejects.toThrow(
      /npm install @restatedev\/restate-server-.* failed \(exit code 1\): npm error code E404/,
    );
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });
});

function program(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A PATH without what this machine has: only what a script needs. */
function env(): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  for (const name of ['touch', 'chmod', 'printf']) program(name, `exec /usr/bin/${name} "$@"`);
  return { PATH: bin, BIN: bin, LOG: join(folder, 'log') };
}
