import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../connectors/secret.ts';
import { KEY_BYTES, toKeyBytes } from './encryption-key.ts';

const FOLDER = '.deskbridge';

/** The places of the embedded parts' state. */
export interface StateDir {
  readonly path: string;
  /** PGlite's folder. */
  readonly store: string;
  /** The Temporal dev server's database file. */
  readonly temporal: string;
}

/** Makes `.deskbridge/` in the working folder, readable by its owner only, with a `.gitignore` of its own. */
export function openStateDir(workingFolder: string): StateDir {
  const path = join(workingFolder, FOLDER);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(join(path, '.gitignore'), '*\n');
  return { path, store: join(path, 'store'), temporal: join(path, 'temporal.db') };
}

/**
 * The encryption key of this working folder: made once (mode 0600), the same ever after, also where two processes start at a time.
 * Throws where the key's file holds anything else.
 */
export function ensureEncryptionKey(state: StateDir): Secret {
  const path = join(state.path, 'encryption.key');
  const existing = readKey(path);
  if (existing !== undefined) return existing;
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // A hard link fails where another process was first, and never shows a half-written key.
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const key = readKey(path);
  if (key === undefined) throw new Error(`${path}: the key that was just made is gone; start again`);
  return key;
}

function readKey(path: string): Secret | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = new Secret(text.trim());
  if (toKeyBytes(key) === undefined) {
    throw new Error(
      `${path}: expected a key of 32 bytes in base64, found something else. Restore the file: without its key, what was encrypted cannot be read.`,
    );
  }
  chmodSync(path, 0o600);
  return key;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
