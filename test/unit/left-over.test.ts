import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endLeftOver, noteServer } from '../../temporal/left-over.ts';
import type { ChildProcess } from 'node:child_process';

const SLEEP = 'process.stdout.write("up"); setInterval(() => undefined, 1000)';

function openFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-left-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'temporal.db');
}

/** A process with these arguments on its command line. */
async function startSleeper(...args: readonly string[]): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['-e', SLEEP, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const { pid } = child;
  if (pid === undefined) throw new Error('the process has no id');
  return Object.assign(child, { pid });
}

describe('what a killed process left running', () => {
  it('is ended, and forgotten, where it serves this very file', async () => {
    const file = openFile();
    const left = await startSleeper('start-dev', file);
    const ended = once(left, 'exit');
    noteServer(file, left.pid);
    await endLeftOver(file);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(existsSync(`${file}.pid`)).toBe(false);
  });

  it('is no process that only has its number by now', async () => {
    const file = openFile();
    const stranger = await startSleeper('start-dev', '/somewhere/else/temporal.db');
    noteServer(file, stranger.pid);
    await endLeftOver(file);
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    expect(existsSync(`${file}.pid`)).toBe(false);
  });

  it('may be nothing', async () => {
    await expect(endLeftOver(openFile())).resolves.toBeUndefined();
  });
});
