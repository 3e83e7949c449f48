import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putDevStore } from './empty-store.ts';
import type { ChildProcess } from 'node:child_process';

/** As it is installed: built, with its workflow bundle. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const READY_WITHIN_MS = 60_000;
const KEPT_OUTPUT = 4000;

/** `deskbridge dev` in a working folder of its own, with PGlite there: started, killed and started again on what it left. */
export interface DevFolder {
  readonly path: string;
  /** Starts the process; resolves with its port when it takes webhooks. */
  start(): Promise<{ readonly port: number; readonly process: ChildProcess }>;
  /** Ends what still runs and removes the folder. */
  remove(): Promise<void>;
}

/** Makes the folder with this configuration; `env` holds the secrets that it names. */
export function makeDevFolder(config: string, env: { readonly [name: string]: string }): DevFolder {
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-dev-'));
  writeFileSync(join(folder, 'deskbridge.yaml'), config);
  putDevStore(folder);
  const started: ChildProcess[] = [];
  return {
    path: folder,
    async start() {
      const child = spawn(process.execPath, [MAIN, 'dev'], {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.push(child);
      return { port: await untilReady(child), process: child };
    },
    async remove() {
      for (const child of started) await kill(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends a process at once, as a power cut would. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function untilReady(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string): void => reject(new Error(`deskbridge dev ${why}:\n${output}`));
    const timer = setTimeout(() => fail(`did not start within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    const look = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
      const port = /webhooks come to http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}
