import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftOver } from '../../temporal/left-over.ts';
import { kill, MAIN } from './dev-process.ts';
import { putDevStore } from './empty-store.ts';
import type { ChildProcess } from 'node:child_process';

const READY_WITHIN_MS = 90_000;
const KEPT_OUTPUT = 20_000;

/** Variables of a process; undefined takes one away from what this process has. */
export interface Environment {
  readonly [name: string]: string | undefined;
}

/** A `deskbridge` command that runs as a process of its own. */
export interface CliProcess {
  readonly child: ChildProcess;
  /** What it said so far, on both channels. */
  output(): string;
  /** Resolves with the first match in what it says; rejects with all it said where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** How it ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** A working folder for processes: what still runs in it when it is removed is killed. */
export interface WorkingFolder {
  readonly path: string;
  run(args: readonly string[], env?: Environment): CliProcess;
  remove(): Promise<void>;
}

/** Makes a working folder with this configuration; `store`: with an empty one, so that `dev` need not make it first. */
export function makeWorkingFolder(config: string, { store = false } = {}): WorkingFolder {
  const path = mkdtempSync(join(tmpdir(), 'deskbridge-folder-'));
  writeFileSync(join(path, 'deskbridge.yaml'), config);
  if (store) putDevStore(path);
  const children: ChildProcess[] = [];
  return {
    path,
    run(args, env = {}) {
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: path,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      return follow(child);
    },
    async remove() {
      for (const child of children) await kill(child);
      // A `dev` that was killed could not end its Temporal.
      await endLeftOver(join(path, '.deskbridge', 'temporal.db'));
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcess): CliProcess {
  let said = '';
  const listeners = new Set<() => void>();
  const keep = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  return {
    child,
    output: () => said,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`it did not say ${String(pattern)} in time:\n${said}`)), READY_WITHIN_MS);
        const look = (): void => {
          const match = pattern.exec(said);
          if (match === null) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void ended.then((how) => {
          clearTimeout(timer);
          reject(new Error(`it ended (${String(how)}) before it said ${String(pattern)}:\n${said}`));
        });
        look();
      }),
  };
}
