import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { CliFailure, messageOf } from '../fail.ts';
import { isAdminServed } from './ask-admin.ts';
import { requestSchema } from './protocol.ts';
import { toBindable } from './socket-path.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyTask, TaskDeps } from '../tasks/task.ts';
import type { AdminAnswer } from './protocol.ts';

const OWNER_ONLY = 0o600;
const MOST_BYTES = 1_000_000;

/** What the door opens to. */
export interface AdminServerOptions extends TaskDeps {
  /** What it runs, by name. */
  readonly tasks: ReadonlyMap<string, AnyTask>;
  /** See `adminSocketPath`; its folder must exist and be the owner's only. */
  readonly socketPath: string;
  /** Which store is behind it: see `storeNameOf`. */
  readonly store: string;
}

interface Behind {
  readonly deps: TaskDeps;
  readonly tasks: ReadonlyMap<string, AnyTask>;
  readonly store: string;
}

/** A local door for the command line: runs its tasks in the process that holds the embedded store. Never raw SQL. */
export async function createAdminServer({ socketPath, store, tasks, ...deps }: AdminServerOptions): Promise<{ close(): Promise<void> }> {
  const path = toBindable(socketPath, process.cwd());
  if (path === undefined)
    throw new CliFailure(`The path ${socketPath} is too long for a socket: run Deskbridge in a folder with a shorter path.`);
  if (await isAdminServed(socketPath)) throw new CliFailure(`Another process serves ${socketPath}: stop it first.`);
  await rm(path, { force: true });
  const server = createServer((request, response) => void serve({ deps, tasks, store }, request, response));
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, OWNER_ONLY);
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(behind: Behind, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(behind, request).catch(toError);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function answerTo({ deps, tasks, store }: Behind, request: IncomingMessage): Promise<AdminAnswer> {
  if (request.method !== 'POST') return { result: { serves: 'deskbridge', store } };
  const { command, args } = requestSchema.parse(JSON.parse(await readBody(request)));
  const task = tasks.get(command);
  if (task === undefined) throw new CliFailure(`The running process does not know ${command}: it is of another version. Restart it.`);
  return { result: await task.execute(deps, args) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new CliFailure(`The request is larger than ${MOST_BYTES} bytes.`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toError(error: unknown): AdminAnswer {
  const exitCode = error instanceof CliFailure ? error.exitCode : 1;
  return { error: { message: messageOf(error), exitCode } };
}
