import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createPglite } from '../../store/driver/pglite.ts';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));
const PACKAGE = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url);

/**
 * Global set-up: makes an empty store of PGlite once for each version of it. To make one costs four seconds of a processor, to open a
 * copy less than one. Safe in several processes at once: the last one wins, and all are alike.
 */
export async function setup(): Promise<void> {
  const path = findEmptyStore();
  if (existsSync(path)) return;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'pglite-'));
  const dataDir = join(folder, 'store');
  const db = await createPglite({ dataDir });
  await db.close();
  try {
    renameSync(dataDir, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts an empty store, not migrated, where there is none yet; the folder above must be there. */
export function putEmptyStore(dataDir: string): void {
  cpSync(findEmptyStore(), dataDir, { recursive: true, mode: 0 });
}

/** As `putEmptyStore`, where `deskbridge dev` keeps it in this working folder: its start is then a later one, not the first. */
export function putDevStore(workingFolder: string): void {
  const state = join(workingFolder, '.deskbridge');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  putEmptyStore(join(state, 'store'));
}

function findEmptyStore(): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')));
  return join(CACHE, `pglite-empty-${version}`);
}
