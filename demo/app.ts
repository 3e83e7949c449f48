import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliFailure } from '../operator/fail.ts';
import { waitFor } from './waiting.ts';
import type { ChildProcess } from 'node:child_process';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
/** How `deskbridge dev` begins the line that says it runs. */
const READY = 'dev runs';

/** The process that receives and works: `deskbridge dev` on the demo's configuration. */
export interface App {
  readonly origin: string;
  /** Where operators ask: `/metrics`. */
  readonly adminOrigin: string;
  /** Starts it and waits until it takes webhooks. Throws CliFailure where it does not start. */
  start(): Promise<{ readonly pid: number; readonly tookMs: number }>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Runs another `deskbridge` command in the same folder, as an operator would; answers what it prints. Throws CliFailure with its complaint. */
  command(...args: readonly string[]): Promise<string>;
}

/** Where and how it is started. */
export interface AppOptions {
  /** With `deskbridge.yaml` and `.env`; its log goes there too. */
  readonly folder: string;
  readonly port: number;
  readonly adminPort: number;
  /** The script of the command line. */
  readonly script: string;
  readonly stopped: AbortSignal;
}

/** The app, not started yet. */
export function createApp({ folder, port, adminPort, script, stopped }: AppOptions): App {
  const origin = `http://127.0.0.1:${port}`;
  const adminOrigin = `http://127.0.0.1:${adminPort}`;
  const logPath = join(folder, 'deskbridge.log');
  let running: ChildProcess | null = null;

  const start: App['start'] = async () => {
    const startedAt = Date.now();
    const log = openSync(logPath, 'a');
    const { size: logged } = fstatSync(log);
    const child = launch(folder, script, ['dev'], log);
    running = child;
    const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
    await waitFor({
      what: 'the process that receives',
      withinMs: READY_WITHIN_MS,
      stopped,
      // Its own word, said when all its doors are open. An answer on its port may be a stranger's.
      isThere: () => isOver() || readFileSync(logPath).subarray(logged).includes(READY),
    });
    if (isOver())
      throw new CliFailure(
        `Deskbridge did not start (${child.signalCode ?? `exit code ${child.exitCode}`}): its complaint is in ${logPath}.`,
      );
    return { pid: child.pid ?? 0, tookMs: Date.now() - startedAt };
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(force);
  };
  return {
    origin,
    adminOrigin,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    command: (...args) => runCommand(folder, script, args),
  };
}

/** `log`: a file that takes everything it says; closed here once the process has its own copy. */
function launch(folder: string, script: string, args: readonly string[], log: number): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function runCommand(folder: string, script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  const complaint: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
  await once(child, 'close');
  if (child.exitCode !== 0)
    throw new CliFailure(`deskbridge ${args.join(' ')} failed: ${Buffer.concat(complaint).toString('utf8').trim()}`);
  return Buffer.concat(said).toString('utf8').trim();
}
