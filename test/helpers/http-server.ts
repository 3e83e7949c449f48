import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** A request that a test's server took. */
export interface Taken {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
  readonly form: URLSearchParams;
}

/** What to answer: a status with a JSON body, or whatever the function does with the response. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json?: unknown; readonly text?: string }
  | ((response: ServerResponse) => void);

export interface TestServer {
  readonly url: string;
  readonly taken: Taken[];
}

/** A real HTTP server on a free port for one test; closed when the test ends. */
export async function serve(reply: (request: Taken) => Reply): Promise<TestServer> {
  const taken: Taken[] = [];
  const server = createServer((request, response) => {
    void take(request).then((one) => {
      taken.push(one);
      send(response, reply(one));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, taken };
}

/** Answers by `METHOD /path`; anything else is 404 in JSON. */
export function routes(table: { readonly [route: string]: Reply | ((request: Taken) => Reply) }): (request: Taken) => Reply {
  return (request) => {
    const found = table[`${request.method} ${request.path}`];
    if (found === undefined) return { status: 404, json: { error: 'Resource could not be found' } };
    return isHandler(found) ? found(request) : found;
  };
}

function isHandler(value: Reply | ((request: Taken) => Reply)): value is (request: Taken) => Reply {
  return typeof value === 'function';
}

async function take(request: IncomingMessage): Promise<Taken> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://test');
  const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
    form: new URLSearchParams(isJson ? '' : text),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (typeof reply === 'function') return reply(response);
  const type = reply.json === undefined ? 'text/plain' : 'application/json; charset=utf-8';
  response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers });
  response.end(reply.json === undefined ? (reply.text ?? '') : JSON.stringify(reply.json));
}
