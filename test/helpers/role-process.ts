import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill, MAIN } from './dev-process.ts';
import type { ChildProcess } from 'node:child_process';

/** A process of the product as it is installed, with everything it has written so far. */
export interface RoleProcess {
  readonly child: ChildProcess;
  output(): string;
}

/** A working folder with a configuration, for `deskbridge server` and `deskbridge worker`. */
export interface RoleFolder {
  start(role: 'server' | 'worker'): RoleProcess;
  /** Ends what still runs and removes the folder. */
  remove(): Promise<void>;
}

/** Makes the folder; `env` holds the secrets that the configuration names. */
export function makeRoleFolder(config: string, env: { readonly [name: string]: string }): RoleFolder {
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-role-'));
  writeFileSync(join(folder, 'deskbridge.yaml'), config);
  const started: ChildProcess[] = [];
  return {
    start(role) {
      const child = spawn(process.execPath, [MAIN, role], {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.push(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      return { child, output: () => output };
    },
    async remove() {
      for (const child of started) await kill(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
