import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a run's own that is soon full. */
export interface SmallDisk {
  /** An empty folder on it. */
  readonly path: string;
  /** Leaves no byte free; the answered function makes room again. */
  fill(): () => void;
  remove(): void;
}

const MEGABYTE = 1024 * 1024;
const PAGE = 4096;

/** Whether this machine lets us have one: it takes the right to mount. */
export function canMount(): boolean {
  try {
    mountSmallDisk(process.getuid?.() ?? 0, 1).remove();
    return true;
  } catch {
    return false;
  }
}

/** Mounts one of so many megabytes; the folder belongs to this user. */
export function mountSmallDisk(owner: number, megabytes: number): SmallDisk {
  const mountPoint = mkdtempSync(join(tmpdir(), 'deskbridge-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', mountPoint], { stdio: 'ignore' });
  } catch (error) {
    rmSync(mountPoint, { recursive: true, force: true });
    throw error;
  }
  const path = join(mountPoint, 'folder');
  mkdirSync(path);
  chownSync(path, owner, statSync(path).gid);
  return {
    path,
    fill() {
      const filler = join(mountPoint, 'filler');
      for (const chunk of [Buffer.alloc(MEGABYTE), Buffer.alloc(PAGE)]) appendWhileThereIsRoom(filler, chunk);
      return () => rmSync(filler);
    },
    remove() {
      execFileSync('umount', ['--lazy', mountPoint], { stdio: 'ignore' });
      rmSync(mountPoint, { recursive: true, force: true });
    },
  };
}

function appendWhileThereIsRoom(path: string, chunk: Buffer): void {
  try {
    for (;;) writeFileSync(path, chunk, { flag: 'a' });
  } catch {
    // It is full, up to less than a chunk.
  }
}
