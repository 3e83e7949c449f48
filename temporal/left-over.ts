import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';

const LOOK_EVERY_MS = 50;
const END_WITHIN_MS = 10_000;

/** Notes which process serves a dev server's database file, in a file beside it. */
export function noteServer(dbFile: string, pid: number): void {
  writeFileSync(toNote(dbFile), String(pid));
}

/** Forgets what was noted: the process has ended. */
export async function forgetServer(dbFile: string): Promise<void> {
  await rm(toNote(dbFile), { force: true });
}

/**
 * Ends the dev server that a killed parent left behind on this database file: two on one file spoil it, and whoever starts next would
 * meet it. Nothing is done to a process that is not known by its own command line. The caller must be the only one to use the file.
 */
export async function endLeftOver(dbFile: string): Promise<void> {
  const pid = Number(await readFile(toNote(dbFile), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (await serves(pid, dbFile)) {
    send(pid, 'SIGTERM');
    if (!(await isGone(pid, dbFile))) {
      send(pid, 'SIGKILL');
      await isGone(pid, dbFile);
    }
  }
  await forgetServer(dbFile);
}

function toNote(dbFile: string): string {
  return `${dbFile}.pid`;
}

async function isGone(pid: number, dbFile: string): Promise<boolean> {
  const until = performance.now() + END_WITHIN_MS;
  while (performance.now() < until) {
    if (!(await serves(pid, dbFile))) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return false;
}

/** Whether a process lives, and is a dev server on this file: a process id alone may be somebody else's by now. */
async function serves(pid: number, dbFile: string): Promise<boolean> {
  const line = await commandLineOf(pid);
  return line.includes('start-dev') && line.includes(dbFile);
}

/** Empty: there is no such process, or the system does not tell. */
async function commandLineOf(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return new Promise((resolve) => {
      execFile('ps', ['-ww', '-o', 'args=', '-p', String(pid)], (_error, stdout) => resolve(stdout));
    });
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
