import { once } from 'node:events';
import { createServer } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { createConnection } from '../../temporal/connection.ts';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';

/** `grpc-status` of a server that is away for a while: the SDK repeats the call after a rest. */
const UNAVAILABLE = '14';

/** Answers every call with UNAVAILABLE. */
async function startAwayServer(): Promise<{ address: string; answered: Promise<unknown>; close(): Promise<void> }> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  const answered = new Promise((resolve) => {
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': UNAVAILABLE }, { endStream: true });
      stream.once('close', resolve);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  return {
    address: `127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`,
    answered,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a connection to Temporal', () => {
  it('can be closed while a call rests before it is repeated: the call fails, and nothing is thrown from a timer', async () => {
    const server = await startAwayServer();
    const connection = createConnection({ address: server.address });
    const call = connection.workflowService.describeNamespace({ namespace: 'default' });
    const ended = expect(call).rejects.toThrow(/UNAVAILABLE|CANCELLED|closed|shut ?down/i);
    await server.answered;
    await new Promise((resolve) => setImmediate(resolve));
    await connection.close();
    await ended;
    await server.close();
  });
});
