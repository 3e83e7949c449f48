import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinaries, findPostgres, isCi } from '../../setup/postgres.mjs';
import type { TestPostgres } from '../../setup/postgres.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge postgres '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the search for a PostgreSQL', () => {
  it('takes the URL that is given, and stops nothing of it', async () => {
    const url = 'postgres://someone@127.0.0.1:1/db';
    const found = await search({ DESKBRIDGE_TEST_POSTGRES_URL: url });
    expect(found.url).toBe(url);
    expect(found.text).not.toContain('someone');
  });

  it('takes one that runs before it starts its own', async () => {
    const running: TestPostgres = { url: 'postgres://127.0.0.1/x', text: 'running', stop: async () => undefined };
    fakeBinaries(join('debian', '15', 'bin'));
    expect(await search({ PATH: '' }, running)).toBe(running);
  });

  it("prefers the PATH's binaries, then the newest of Debian's", async () => {
    fakeBinaries(join('debian', '9', 'bin'));
    fakeBinaries(join('debian', '15', 'bin'));
    fakeBinaries('path');
    expect(await findBinaries({ PATH: join(folder, 'path') }, join(folder, 'debian'))).toBe(join(folder, 'path'));
    expect(await findBinaries({ PATH: '' }, join(folder, 'debian'))).toBe(join(folder, 'debian', '15', 'bin'));
  });

  it('asks pg_config where the binaries are elsewhere', async () => {
    fakeBinaries('elsewhere');
    program('tools', 'pg_config', `echo "${join(folder, 'elsewhere')}"`);
    expect(await findBinaries({ PATH: join(folder, 'tools') }, join(folder, 'debian'))).toBe(join(folder, 'elsewhere'));
  });
});

describe('where there is none', () => {
  it('only PGlite is tested, and the text says what to do', async () => {
    const found = await search({ PATH: '' });
    expect(found.url).toBeNull();
    expect(found.text).toMatch(
      /^PostgreSQL: none found, only PGlite is tested; to test both, install it .* or set DESKBRIDGE_TEST_POSTGRES_URL/,
    );
  });

  it('CI is refused', async () => {
    await expect(search({ PATH: '', CI: 'true' })).rejects.toThrow(/PostgreSQL: none found, and in CI \(CI=true\) it must be tested/);
  });

  it('a cluster that cannot be made fails with what initdb said', async () => {
    fakeBinaries('path', 'echo "no space left" >&2; exit 1');
    await expect(search({ PATH: `${join(folder, 'path')}:/bin` })).rejects.toThrow(/initdb of .* failed:\n.*(no space left|denied|EACCES)/);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('CI=%s means CI: %s', (value, expected) => {
    expect(isCi(value === undefined ? {} : { CI: value })).toBe(expected);
  });
});

async function search(env: NodeJS.ProcessEnv, running: TestPostgres | null = null): Promise<TestPostgres> {
  return findPostgres({ env, cacheFolder: join(folder, 'cache'), debianFolder: join(folder, 'debian'), borrow: async () => running });
}

function fakeBinaries(place: string, initdb = 'exit 0'): void {
  program(place, 'initdb', initdb);
  program(place, 'postgres', 'exit 0');
}

function program(place: string, name: string, script: string): void {
  mkdirSync(join(folder, place), { recursive: true });
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, place, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, place, name), 0o755);
}
