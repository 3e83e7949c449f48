import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { Clock } from './clock.ts';
import type { Control } from './control.ts';
import type { Fault, Faults } from './faults.ts';
import type { Journal } from './journal.ts';

import { type Body, parseBody, readRaw } from './body.ts';
import { type Answer, header, Refusal, type Request, type Route } from './exchange.ts';
import { createRouter, type Router } from './router.ts';

const CONTROL_PREFIX = '/_sandbox/';
const DEFAULT_SLOW_MS = 1000;
const DEFAULT_RETRY_AFTER_S = 1;

/** What a remote system answers in its own words. */
export interface System<Caller> {
  readonly routes: readonly Route<Caller>[];
  /** Who calls; throws a Refusal where they may not. */
  authorise(route: Route<Caller>, request: Request): Caller;
  notFound(request: Request): Answer;
  rateLimited(retryAfterS: number | null): Answer;
  serverError(): Answer;
  tokenExpired(): Answer;
  malformed(): Answer;
  /** Headers of every answer. */
  headers?(request: Request): { readonly [name: string]: string };
}

/** What a server needs beside the system. */
export interface ServerParts {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly control: Control;
  /** 0: any free port. */
  readonly port: number;
}

/** A listening server. */
export interface RunningServer {
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Outcome {
  readonly answer: Answer;
  readonly route: string;
  readonly broke: string | null;
}

/** Starts a system on 127.0.0.1. */
export async function startServer<Caller>(system: System<Caller>, parts: ServerParts): Promise<RunningServer> {
  const router = createRouter(system.routes);
  const server = createServer({ keepAliveTimeout: 30_000 }, (message, response) => {
    void serve(system, router, parts, message, response).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve<Caller>(
  system: System<Caller>,
  router: Router<Caller>,
  parts: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://sandbox');
  const body = parseBody(await readRaw(message), message.headers['content-type']);
  const request: Request = {
    method: message.method ?? 'GET',
    path: url.pathname,
    params: {},
    query: url.searchParams,
    headers: message.headers,
    body,
  };
  if (url.pathname.startsWith(CONTROL_PREFIX)) return send(response, await parts.control(request));
  const fault = parts.faults.takeForRequest(request.method, request.path);
  const note = (route: string, status: number, broke: string | null): void => record(parts, request, { route, status, broke, fault });
  if (fault?.kind === 'down' || fault?.kind === 'reset') {
    note('-', 0, null);
    message.socket.destroy();
    return;
  }
  if (fault?.kind === 'slow') await pause(fault.ms ?? DEFAULT_SLOW_MS);
  const planned = fault === undefined ? undefined : refusalOf(system, fault);
  const outcome =
    planned === undefined ? await answerOf(system, router, request) : { answer: planned, route: routeOf(router, request), broke: null };
  const answer = fault?.kind === '500-after-write' ? system.serverError() : outcome.answer;
  if (fault?.kind === 'reset-after-write') {
    note(outcome.route, 0, outcome.broke);
    message.socket.destroy();
    return;
  }
  note(outcome.route, answer.status, outcome.broke);
  send(response, { ...answer, headers: { ...system.headers?.(request), ...answer.headers } }, fault?.kind === 'truncated');
}

function refusalOf<Caller>(system: System<Caller>, fault: Fault): Answer | undefined {
  if (fault.kind === '429') return system.rateLimited(fault.retryAfter ?? DEFAULT_RETRY_AFTER_S);
  if (fault.kind === '429-no-retry-after') return system.rateLimited(null);
  if (fault.kind === '500') return system.serverError();
  if (fault.kind === 'expired-token') return system.tokenExpired();
  if (fault.kind === 'html-503') {
    const named = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    return {
      status: 503,
      headers: { 'content-type': 'text/html', ...named },
      text: '<html><body><h1>503 Service Unavailable</h1></body></html>',
    };
  }
  return undefined;
}

async function answerOf<Caller>(system: System<Caller>, router: Router<Caller>, request: Request): Promise<Outcome> {
  const match = router(request.method, request.path);
  if (match === undefined) return { answer: system.notFound(request), route: '-', broke: null };
  const route = match.route.path;
  const full = { ...request, params: match.params };
  try {
    const caller = system.authorise(match.route, full);
    if (request.body.malformed) return { answer: system.malformed(), route, broke: null };
    return { answer: await match.route.handle(full, caller), route, broke: null };
  } catch (error) {
    if (error instanceof Refusal) return { answer: error.answer, route, broke: null };
    return { answer: system.serverError(), route, broke: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function routeOf<Caller>(router: Router<Caller>, request: Request): string {
  return router(request.method, request.path)?.route.path ?? '-';
}

function record(
  parts: ServerParts,
  request: Request,
  what: { readonly route: string; readonly status: number; readonly broke: string | null; readonly fault: Fault | undefined },
): void {
  parts.journal.add({
    atMs: parts.clock(),
    method: request.method,
    path: request.path,
    query: request.query.toString(),
    route: what.route,
    status: what.status,
    idempotencyKey: header(request, 'idempotency-key') ?? null,
    body: textOfBody(request.body),
    fault: what.fault?.kind ?? null,
    broke: what.broke,
  });
}

function textOfBody(body: Body): string {
  return body.files.length > 0 ? JSON.stringify({ ...body.fields, files: body.files.map((file) => file.name) }) : body.raw.toString('utf8');
}

function send(response: ServerResponse, answer: Answer, cut = false): void {
  const text = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
  const bytes = Buffer.from(text);
  const type = answer.json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(answer.status, { 'content-type': type, 'content-length': String(bytes.length), ...answer.headers });
  if (!cut) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
