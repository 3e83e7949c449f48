import { spawn } from 'node:child_process';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';
import type { ChildProcess } from 'node:child_process';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 100;
const KEPT_OUTPUT = 2000;

/** How the embedded Temporal server is started. */
export interface DevServerOptions {
  /** The `temporal` binary. */
  readonly cliPath: string;
  readonly port: number;
  readonly uiPort: number;
  /** Where state is kept; null: in memory, gone with the process. */
  readonly dbFile: string | null;
  /** Address of our payload codec for the UI, so that it shows values in clear; null: the UI shows them encrypted. */
  readonly codecEndpoint: string | null;
  /** Where it shows its metrics; left out: on a port of its own choice. */
  readonly metricsPort?: number;
}

/** A running embedded Temporal server. */
export interface DevServer {
  readonly address: string;
  readonly uiOrigin: string;
  readonly pid: number;
  /** Asks it to end, and makes it end after 10 s. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

/** Starts `temporal server start-dev` and waits until it answers; throws with its own last words where it doesn't. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const child = spawn(options.cliPath, toArguments(options), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let failed: Error | null = null;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      failed = error;
      resolve();
    });
  });
  const address = `127.0.0.1:${options.port}`;
  const isOver = (): boolean => failed !== null || child.exitCode !== null || child.signalCode !== null;
  if (!(await answers(address, isOver))) {
    child.kill('SIGKILL');
    throw new Error(
      `The Temporal dev server did not start on port ${options.port}: ${lastWords(failed, output)} Is the port in use? Try another one, or set TEMPORAL_CLI_PATH.`,
    );
  }
  return {
    address,
    uiOrigin: `http://127.0.0.1:${options.uiPort}`,
    pid: child.pid ?? 0,
    ended,
    stop: () => end(child, ended, 'SIGTERM'),
    kill: () => end(child, ended, 'SIGKILL'),
  };
}

function toArguments({ port, uiPort, dbFile, codecEndpoint, metricsPort }: DevServerOptions): string[] {
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-ip',
    '127.0.0.1',
    '--ui-port',
    String(uiPort),
    '--log-level',
    'error',
  ];
  for (const { name, type } of Object.values(SEARCH_ATTRIBUTES))
    args.push('--search-attribute', `${name}=${type === 'BOOL' ? 'Bool' : 'Keyword'}`);
  if (dbFile !== null) args.push('--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  if (codecEndpoint !== null) args.push('--ui-codec-endpoint', codecEndpoint);
  if (metricsPort !== undefined) args.push('--metrics-port', String(metricsPort));
  return args;
}

async function answers(address: string, isOver: () => boolean): Promise<boolean> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until && !isOver()) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
  return false;
}

async function end(child: ChildProcess, ended: Promise<void>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(force);
}

function lastWords(failed: Error | null, output: string): string {
  if (failed !== null) return `${failed.message}.`;
  const line = output.trim().split('\n').at(-1);
  return line === undefined || line === '' ? 'it said nothing.' : `it said "${line.slice(0, 300)}".`;
}
