import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../model/secret.ts';
import { KEY_BYTES, toKeyBytes } from './encryption-key.ts';

const FOLDER = '.deskbridge';
const NAMESPACE_BYTES = 4;

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
  makeOnce(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  const key = readKey(path);
  if (key === undefined) throw new Error(`${path}: the key that was just made is gone; start again`);
  return key;
}

/** The namespaces of the dev server in this working folder. */
export interface DevNamespaces {
  /** The folder's own, which no other dev server has. */
  readonly own: string;
  /** Where its workflows are: its own one, or `default` where they were there already. */
  readonly work: string;
}

/**
 * The folder's namespaces: made once, the same ever after. Two folders never have the same one, so that neither takes the other's
 * workflows whatever port it meets. A folder whose dev server has state from before keeps it in `default`. Throws where the file holds
 * anything else.
 */
export function ensureDevNamespaces(state: StateDir): DevNamespaces {
  const path = join(state.path, 'temporal.namespace');
  const own = `deskbridge-${randomBytes(NAMESPACE_BYTES).toString('hex')}`;
  const text = readText(path) ?? makeOnce(path, `${own} ${existsSync(state.temporal) ? 'default' : own}\n`);
  const [, known, work] = /^(deskbridge-[0-9a-f]{8}) (\S+)\n?$/.exec(text) ?? [];
  if (known !== undefined && work !== undefined) return { own: known, work };
  throw new Error(`${path}: expected two names of namespaces, found something else. Restore the file: what Temporal holds is found by it.`);
}

/** Writes a file unless it is there, and never half; answers what it holds then. */
function makeOnce(path: string, content: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    // A hard link fails where another process was first, and never shows a half-written file.
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function readKey(path: string): Secret | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
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
