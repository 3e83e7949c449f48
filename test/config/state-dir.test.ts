import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureDevNamespaces, ensureEncryptionKey, openStateDir } from '../../config/read/state-dir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge-state-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the encryption key of a working folder', () => {
  it('is made once, 32 random bytes, and is the same ever after', () => {
    const first = ensureEncryptionKey(openStateDir(folder)).reveal();
    expect(Buffer.from(first, 'base64')).toHaveLength(32);
    expect(ensureEncryptionKey(openStateDir(folder)).reveal()).toBe(first);
  });

  it('can be read by its owner only, and leaves nothing else behind', () => {
    const state = openStateDir(folder);
    ensureEncryptionKey(state);
    expect(statSync(join(state.path, 'encryption.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(state.path).sort()).toEqual(['.gitignore', 'encryption.key']);
  });

  it('is never replaced: a file that holds something else is an error that says what to do', () => {
    const state = openStateDir(folder);
    writeFileSync(join(state.path, 'encryption.key'), 'half a k');
    expect(() => ensureEncryptionKey(state)).toThrow(/expected a key of 32 bytes.*Restore the file/s);
  });
});

describe("the namespaces of a working folder's dev server", () => {
  it('are one that no other folder has, made once', () => {
    const first = ensureDevNamespaces(openStateDir(folder));
    expect(first.own).toMatch(/^deskbridge-[0-9a-f]{8}$/);
    expect(first.work).toBe(first.own);
    expect(ensureDevNamespaces(openStateDir(folder))).toEqual(first);
    expect(ensureDevNamespaces(openStateDir(join(folder, 'other'))).own).not.toBe(first.own);
  });

  it('leave workflows where they are: a folder that has Temporal state already goes on in default', () => {
    const state = openStateDir(folder);
    writeFileSync(state.temporal, '');
    const { own, work } = ensureDevNamespaces(state);
    expect([own === 'default', work]).toEqual([false, 'default']);
    rmSync(state.temporal);
    expect(ensureDevNamespaces(state)).toEqual({ own, work });
  });

  it('are never replaced: a file that holds something else is an error that says what to do', () => {
    const state = openStateDir(folder);
    writeFileSync(join(state.path, 'temporal.namespace'), 'half a n');
    expect(() => ensureDevNamespaces(state)).toThrow(/expected two names of namespaces.*Restore the file/s);
  });
});
