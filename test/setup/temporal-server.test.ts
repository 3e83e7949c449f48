import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporalServer } from '../../setup/temporal-server.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge setup '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a real Temporal server', () => {
  it('is built once, with the schema tool, and taken from the cache folder afterwards', async () => {
    const env = withGo('echo "$@" >> "$LOG"; [ "$1" = version ] || touch "$GOBIN/server" "$GOBIN/sql"');
    const first = await find(env);
    expect(existsSync(first.server) && existsSync(first.sqlTool)).toBe(true);
    expect(await find(env)).toEqual(first);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe(
      `version\ninstall go.temporal.io/server/cmd/server@v${first.version} go.temporal.io/server/cmd/tools/sql@v${first.version}\n`,
    );
  });

  it('is refused without Go, with what to do instead', async () => {
    await expect(find({ PATH: folder })).rejects.toThrow(/there is none on the PATH .*Install Go .* or measure with `--temporal dev`/);
  });

  it('leaves nothing half built behind, and says what the build said', async () => {
    const env = withGo('[ "$1" = version ] || { touch "$GOBIN/server"; echo "no space left" >&2; exit 3; }');
    await expect(find(env)).rejects.toThrow(/failed \(exit code 3\): no space left/);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });
});

function find(env: NodeJS.ProcessEnv): ReturnType<typeof findTemporalServer> {
  return findTemporalServer({ env, cacheFolder: join(folder, 'cache') });
}

/** A `go` that does this. */
function withGo(script: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'go'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'go'), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin`, LOG: join(folder, 'log') };
}
