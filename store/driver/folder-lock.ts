import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long others that want the folder too are waited for: each needs milliseconds. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 5;

/**
 * Takes a folder for this process, with a file `<folder>.lock` beside it. A lock left by a process that is gone is
 * replaced. Throws where a living process (this one included) holds it. Answers how to give it back.
 *
 * Only who is alone reads the lock and replaces it. To be alone, one first shows a claim, a file of its own, and then looks for the claims
 * of others: of two that come at the same moment, at least one sees the other. The one whose claim's name comes first stays, the others
 * leave. So nothing is ever removed or replaced that another process may have just written.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = `${resolve(folder)}.lock`;
  const claim = await showClaim(path);
  try {
    await untilAlone(folder, path, claim);
    const holder = await readFile(path, 'utf8').catch(() => '');
    if (await isAlive(holder)) throw inUse(folder, pidOf(holder));
    // One step: who looks finds the claim, or the lock.
    await rename(claim, path);
  } catch (error) {
    await rm(claim, { force: true });
    throw error;
  }
  let held = true;
  return async () => {
    if (held) await rm(path, { force: true });
    held = false;
  };
}

/** Its name says whose it is, and is never used again: to remove the claim of a process that is gone hits no other. */
async function showClaim(path: string): Promise<string> {
  const mine = await identify(process.pid);
  const claim = `${path}.${mine.replace(' ', '.')}.${randomBytes(8).toString('hex')}`;
  await writeFile(claim, mine, { flag: 'wx' });
  return claim;
}

async function untilAlone(folder: string, path: string, own: string): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const others = (await livingClaims(path)).filter((claim) => claim !== own);
    const [first] = others.sort();
    if (first === undefined) return;
    if (first < own || Date.now() > deadlineMs) throw inUse(folder, pidOf(toHolder(path, first)));
    await sleep(LOOK_EVERY_MS);
  }
}

async function livingClaims(path: string): Promise<string[]> {
  const living: string[] = [];
  for (const name of await readdir(dirname(path))) {
    const claim = join(dirname(path), name);
    if (!name.startsWith(`${basename(path)}.`)) continue;
    if (await isAlive(toHolder(path, claim))) living.push(claim);
    else await rm(claim, { force: true });
  }
  return living;
}

function toHolder(path: string, claim: string): string {
  return claim
    .slice(path.length + 1)
    .split('.')
    .slice(0, 2)
    .join(' ');
}

async function isAlive(holder: string): Promise<boolean> {
  const pid = pidOf(holder);
  return pid !== null && (await identify(pid)) === holder;
}

function pidOf(holder: string): number | null {
  const pid = Number(holder.split(' ')[0]);
  return pid > 0 ? pid : null;
}

/** Process id and start time: in a container every start may get the same id. Empty: no such process. */
async function identify(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return '';
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Ended, and only not yet collected by its parent: it writes nothing any more.
  if (state === 'Z' || state === 'X') return '';
  return `${pid} ${more[18] ?? ''}`;
}

function inUse(folder: string, pid: number | null): Error {
  const who = pid === null ? 'another process' : `process ${pid}`;
  return new Error(
    `The embedded store in ${folder} is in use by ${who}. Only one process at a time can use it: stop the other one, or set store.url to a PostgreSQL server.`,
  );
}
