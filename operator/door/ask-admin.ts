import { request } from 'node:http';
import { CliFailure } from '../fail.ts';
import { answerSchema, greetingSchema } from './protocol.ts';
import { toBindable } from './socket-path.ts';

const PROBE_MS = 2_000;

/** Whether a Deskbridge answers at the socket; with a store named: one that holds this store, and not that of another configuration. */
export async function isAdminServed(socketPath: string, store?: string): Promise<boolean> {
  const text = await exchange(socketPath, 'GET', '', PROBE_MS).catch(() => '');
  const greeting = greetingSchema.safeParse(parseJson(text));
  if (!greeting.success) return false;
  return store === undefined || (greeting.data.result.store ?? store) === store;
}

/** Runs a task in the process behind the socket; throws CliFailure with what that says where it fails. */
export async function askAdmin(socketPath: string, command: string, args: unknown): Promise<unknown> {
  const text = await exchange(socketPath, 'POST', JSON.stringify({ command, args }), 0).catch((error: unknown) => {
    throw new CliFailure('The running deskbridge process broke off: look at its log, then see what was done before trying again.', 1, {
      cause: error,
    });
  });
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) throw new CliFailure('The running process answered in an unknown form: it is of another version. Restart it.');
  if ('error' in answer.data) throw new CliFailure(answer.data.error.message, answer.data.error.exitCode);
  return answer.data.result;
}

function exchange(socketPath: string, method: 'GET' | 'POST', body: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const path = toBindable(socketPath, process.cwd());
    if (path === undefined) return reject(new Error('the path is too long for a socket'));
    const call = request({ socketPath: path, method, path: '/', agent: false, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end(body);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
