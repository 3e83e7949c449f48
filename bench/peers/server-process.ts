import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

const READY_WITHIN_MS = 60_000;
const ASK_AGAIN_MS = 50;
const STOP_WITHIN_MS = 20_000;
const KEPT_OUTPUT = 1000;

/** A server that a peer stores in, of the run's own. */
export interface ServerProcess {
  readonly pid: number;
  /** SIGTERM, and SIGKILL after 20 s; waits for its end. */
  stop(): Promise<void>;
}

/** Starts a program and waits until its port of 127.0.0.1 takes connections. Throws with its last words where it does not. */
export async function startServerProcess(
  file: string,
  args: readonly string[],
  options: { cwd: string; port: number },
): Promise<ServerProcess> {
  const child = spawn(file, [...args], { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', (error) => (output += error.message));
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const until = Date.now() + READY_WITHIN_MS;
  while (!(await answers(options.port))) {
    if (isOver() || child.pid === undefined || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${file} did not serve on port ${options.port}: ${output.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return {
    pid: child.pid ?? 0,
    async stop() {
      if (isOver()) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return true;
    },
    () => false,
  );
}
