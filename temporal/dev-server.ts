import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';
import { forgetServer, noteServer } from './left-over.ts';
import type { ChildProcess } from 'node:child_process';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 100;
const ASK_WITHIN_MS = 1000;
const KEPT_OUTPUT = 2000;
const MARK_BYTES = 4;

/** How the embedded Temporal server is started. */
export interface DevServerOptions {
  /** The `temporal` binary. */
  readonly cliPath: string;
  readonly port: number;
  readonly uiPort: number;
  /** Where state is kept; null: in memory, gone with the process. At most one server at a time may have it: see `endLeftOver`. */
  readonly dbFile: string | null;
  /** Address of our payload codec for the UI, so that it shows values in clear; null: the UI shows them encrypted. */
  readonly codecEndpoint: string | null;
  /** Where it shows its metrics; left out: on a port of its own choice. */
  readonly metricsPort?: number;
  /** A namespace that no other server has: by it this one is known from whoever else answers on the port. Left out: one is made up. */
  readonly ownNamespace?: string;
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
  /** Resolves when the process has ended, for whatever reason, with its last words as a sentence. */
  readonly ended: Promise<string>;
}

/** The name of a namespace that nobody else has. */
export function makeNamespaceName(): string {
  return `deskbridge-${randomBytes(MARK_BYTES).toString('hex')}`;
}

/**
 * Starts `temporal server start-dev` and waits until this very process answers; throws with its own last words where it doesn't. Another
 * server that has the port is not taken for it. It ends with this process, unless that is killed.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const ownNamespace = options.ownNamespace ?? makeNamespaceName();
  const child = spawn(options.cliPath, toArguments(options, ownNamespace), { stdio: ['ignore', 'pipe', 'pipe'] });
  const { ended, isOver } = follow(child, options.dbFile);
  const address = `127.0.0.1:${options.port}`;
  if (!(await answers(address, ownNamespace, isOver))) {
    child.kill('SIGKILL');
    const words = await ended;
    throw new Error(
      `The Temporal dev server did not start on port ${options.port}: ${words} Is the port in use? Stop what has it, or see what TEMPORAL_CLI_PATH names.`,
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

/** Keeps a child's last words, notes it beside its database, and takes it along when this process exits. */
function follow(child: ChildProcess, dbFile: string | null): { readonly ended: Promise<string>; isOver(): boolean } {
  let output = '';
  let over = false;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  if (dbFile !== null && child.pid !== undefined) noteServer(dbFile, child.pid);
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  const ended = new Promise<string>((resolve) => {
    const settle = (words: string): void => {
      over = true;
      process.off('exit', takeAlong);
      resolve(words);
    };
    child.once('close', () => settle(lastWords(output)));
    child.once('error', (error) => settle(`${error.message}.`));
  });
  const forgotten = ended.then(async (words) => {
    if (dbFile !== null) await forgetServer(dbFile).catch(() => undefined);
    return words;
  });
  return { ended: forgotten, isOver: () => over };
}

function toArguments({ port, uiPort, dbFile, codecEndpoint, metricsPort }: DevServerOptions, ownNamespace: string): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)];
  args.push('--log-level', 'error', '--namespace', ownNamespace);
  for (const { name, type } of Object.values(SEARCH_ATTRIBUTES))
    args.push('--search-attribute', `${name}=${type === 'BOOL' ? 'Bool' : 'Keyword'}`);
  if (dbFile !== null) args.push('--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  if (codecEndpoint !== null) args.push('--ui-codec-endpoint', codecEndpoint);
  if (metricsPort !== undefined) args.push('--metrics-port', String(metricsPort));
  return args;
}

async function answers(address: string, ownNamespace: string, isOver: () => boolean): Promise<boolean> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until && !isOver()) {
    if (await hasNamespace(address, ownNamespace)) return !isOver();
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return false;
}

async function hasNamespace(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: ASK_WITHIN_MS });
    try {
      await connection.withDeadline(Date.now() + ASK_WITHIN_MS, () => connection.workflowService.describeNamespace({ namespace }));
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, ended: Promise<string>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(force);
}

function lastWords(output: string): string {
  const line = output.trim().split('\n').at(-1);
  return line === undefined || line === '' ? 'it said nothing.' : `it said "${line.slice(0, 300)}".`;
}
