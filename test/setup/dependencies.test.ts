import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const DECISION = 'docs/decisions/005-dependencies.md';
const versions = z.record(z.string(), z.string());
const manifest = z.object({ dependencies: versions, devDependencies: versions }).parse(readJson('package.json'));
const lock = z
  .object({ packages: z.record(z.string(), z.object({ version: z.string().optional(), optionalDependencies: versions.optional() })) })
  .parse(readJson('package-lock.json'));
const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe('dependencies', () => {
  it.each(direct)('%s %s is argued for in the decision record', (name) => {
    expect(readFileSync(DECISION, 'utf8')).toContain(`| \`${name}\` |`);
  });

  it('the decision record argues for nothing that is gone', () => {
    const argued = [...readFileSync(DECISION, 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
    expect(argued.filter((name) => !direct.some(([known]) => known === name))).toEqual([]);
  });

  it.each(direct)('%s is pinned to one exact version: %s', (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('the lockfile', () => {
  it('names the prebuilt packages of every platform, else npm ci refuses it (npm run lockfile adds them)', () => {
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => installed((known) => known === name).length === 0)).toEqual([]);
  });

  it('names no registry', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved"');
  });
});

describe('Temporal packages', () => {
  it('all are of one version', () => {
    const temporal = installed((name) => name.startsWith('@temporalio/'));
    expect(new Set(temporal.map((entry) => entry.version))).toEqual(new Set([manifest.dependencies['@temporalio/worker']]));
  });

  it('the package without a scope is not there', () => {
    expect(installed((name) => name === 'temporalio')).toEqual([]);
  });

  // A second copy of protobufjs 8 makes replay from JSON histories throw "type must be a Type".
  it('share one protobufjs 8, the one at the top', () => {
    const eights = installed((name) => name === 'protobufjs').filter((entry) => entry.version.startsWith('8.'));
    expect(eights.map((entry) => entry.path)).toEqual(['node_modules/protobufjs']);
  });
});

function installed(matches: (name: string) => boolean): { path: string; version: string }[] {
  return Object.entries(lock.packages)
    .map(([path, entry]) => ({ path, version: entry.version ?? '' }))
    .filter(({ path }) => matches(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
