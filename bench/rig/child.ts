import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ChildProcess } from 'node:child_process';
import type { Json } from '../../model/json.ts';

/** Processes of a measurement, and the questions that it asks them. Both ends of the line are in this file. */

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 30_000;
/** The id of the message by which a child says that it is ready. */
const READY = 0;
/** The built ones, also where this runs from the sources: each process would compile them all again. */
const FOLDER = import.meta.url.endsWith('.ts') ? '../../dist/bench' : '..';

const question = z.object({ id: z.number(), ask: z.string(), value: z.json() });
const answer = z.object({ id: z.number(), value: z.json().optional(), error: z.string().optional() });

/** A process of a measurement. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Json;
  /** Asks it something; rejects with its error, or when it ends before it answers. */
  ask(ask: string, value?: Json): Promise<Json>;
  /** SIGTERM, and SIGKILL after 30 s. */
  stop(): Promise<void>;
  /** Sends a signal and, where that ends it, waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Whether it still runs. */
  isAlive(): boolean;
  /** Resolves when it has ended: with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** The programs of children; a test looks for their files. */
export const ENTRIES = ['chaos/app', 'chaos/sink', 'ingest/app', 'ingest/sink', 'peers/app'] as const;

/** How a child is started. */
export interface ChildOptions {
  /** Its file below `bench/`, without extension, such as `chaos/app`. */
  readonly entry: (typeof ENTRIES)[number];
  readonly name: string;
  readonly settings: Json;
  /** Takes what it writes to its standard output and error; left out: nobody. */
  readonly onOutput?: (text: string) => void;
  readonly nodeOptions?: readonly string[];
}

/** Starts a child and waits until it is ready. Throws with its last words where it ends before. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const path = fileURLToPath(new URL(`${FOLDER}/${options.entry}.js`, import.meta.url));
  const execArgv = [...(options.nodeOptions ?? [])];
  const child = fork(path, [JSON.stringify(options.settings)], { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let lastWords = '';
  const keep = (chunk: Buffer): void => {
    lastWords = (lastWords + chunk.toString()).slice(-2000);
    options.onOutput?.(chunk.toString());
  };
  child.stdout?.on('data', options.onOutput === undefined ? () => undefined : keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code ?? 0)));
  const line = createLine(child);
  const ready = await line.first().catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`The process ${options.name} did not get ready: ${lastWords.trim()}`, { cause: error });
  });
  return {
    name: options.name,
    pid: child.pid ?? 0,
    ready,
    ask: (ask, value = null) => line.ask(ask, value),
    stop: () => end(child, 'SIGTERM'),
    kill: async (signal) => {
      if (signal === 'SIGKILL') return end(child, signal);
      child.kill(signal);
    },
    isAlive: () => !isOver(child),
    ended,
  };
}

/** The settings that the parent passed to this process. */
export function readSettings<Shape extends z.ZodType>(shape: Shape): z.output<Shape> {
  return shape.parse(JSON.parse(process.argv[2] ?? 'null'));
}

/** The child's end: says that it is ready, answers questions, and ends with its parent. `stop` is called on SIGTERM. */
export function serveParent(
  ready: Json,
  handlers: { readonly [ask: string]: (value: Json) => Promise<Json> | Json },
  stop: () => Promise<void>,
): void {
  const reply = (message: object): void => void process.send?.(message);
  process.on('message', (message) => {
    const { id, ask, value } = question.parse(message);
    Promise.resolve()
      .then(() => handlers[ask]?.(value) ?? null)
      .then(
        (found) => reply({ id, value: found }),
        (error: unknown) => reply({ id, error: error instanceof Error ? error.message : 'unknown' }),
      );
  });
  process.once('disconnect', () => process.exit(1));
  process.once(
    'SIGTERM',
    () =>
      void stop().then(
        () => process.exit(0),
        () => process.exit(1),
      ),
  );
  reply({ id: READY, value: ready });
}

/** Milliseconds since 1970, finer than `Date.now()`, comparable between processes of one machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

interface Waiting {
  resolve(value: Json): void;
  reject(error: Error): void;
}

function createLine(child: ChildProcess): { first(): Promise<Json>; ask(ask: string, value: Json): Promise<Json> } {
  const waiting = new Map<number, Waiting>();
  let last = READY;
  const expect = (id: number): Promise<Json> => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  const first = expect(READY);
  const timer = setTimeout(() => waiting.get(READY)?.reject(new Error('it took too long')), READY_WITHIN_MS);
  const settled = first.finally(() => clearTimeout(timer));
  child.on('message', (message) => {
    const { id, value, error } = answer.parse(message);
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value ?? null);
    else one?.reject(new Error(error));
  });
  child.once('exit', (code, signal) => {
    for (const one of waiting.values()) one.reject(new Error(`the process ended (${code ?? signal ?? 'unknown'})`));
    waiting.clear();
  });
  return {
    first: () => settled,
    ask(ask, value) {
      last += 1;
      const asked = expect(last);
      if (isOver(child)) return Promise.reject(new Error('the process has ended'));
      child.send({ id: last, ask, value });
      return asked;
    },
  };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (isOver(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(force);
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
