import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

/**
 * Takes a folder for this process, with a file `<folder>.lock` beside it. A lock left by a process that is gone is
 * replaced. Throws where a living process (this one included) holds it. Answers how to give it back.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = `${resolve(folder)}.lock`;
  const mine = await identify(process.pid);
  if (!(await create(path, mine))) {
    const holder = await readFile(path, 'utf8').catch(() => '');
    const pid = Number(holder.split(' ')[0]);
    if (pid > 0 && (await identify(pid)) === holder) throw inUse(folder, pid);
    await rename(path, `${path}.${process.pid}`).catch(() => undefined);
    await rm(`${path}.${process.pid}`, { force: true });
    if (!(await create(path, mine))) throw inUse(folder, null);
  }
  return () => rm(path, { force: true });
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(content);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Process id and start time: in a container every start may get the same id. Empty: no such process. */
async function identify(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return '';
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${startedAt}`;
}

function inUse(folder: string, pid: number | null): Error {
  const who = pid === null ? 'another process' : `process ${pid}`;
  return new Error(
    `The embedded store in ${folder} is in use by ${who}. Only one process at a time can use it: stop the other one, or set store.url to a PostgreSQL server.`,
  );
}
