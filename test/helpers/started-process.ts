import { spawn } from 'node:child_process';
import { MAIN } from './dev-process.ts';
import type { ChildProcess } from 'node:child_process';

const READY_WITHIN_MS = 60_000;

/** A process of the product, ready. */
export interface CliProcess {
  readonly child: ChildProcess;
  /** What it said when it was ready. */
  readonly says: string;
  /** Resolves with its exit code when it has ended; null: a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts `deskbridge <name>` as it is installed, in this folder, and waits until it says that it runs. */
export function startCliProcess(
  name: 'dev' | 'server' | 'worker',
  cwd: string,
  env: { readonly [name: string]: string },
): Promise<CliProcess> {
  const child = spawn(process.execPath, [MAIN, name], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string): void => reject(new Error(`deskbridge ${name} ${why}:\n${output.slice(-4000)}`));
    const timer = setTimeout(() => fail(`did not start within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      const says = output.split('\n').find((line) => line.startsWith(`${name} runs`));
      if (says === undefined) return;
      clearTimeout(timer);
      resolve({ child, says, ended });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then((code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}
