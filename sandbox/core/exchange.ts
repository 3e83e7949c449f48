import type { IncomingHttpHeaders } from 'node:http';

import type { Body } from './body.ts';

/** A request as a route sees it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** What the named parts of the route's path held. */
  readonly params: { readonly [name: string]: string };
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

/** What goes back: `json` is serialised, `text` goes as it stands, neither means an empty body. */
export interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly json?: unknown;
  readonly text?: string;
}

/** One operation of a remote system. `Caller` is what its authorisation yields. */
export interface Route<Caller> {
  readonly method: string;
  /** Path with `:name` for the parts that vary. */
  readonly path: string;
  /** What the caller must hold; the meaning is the system's. */
  readonly needs: string;
  handle(request: Request, caller: Caller): Answer | Promise<Answer>;
}

/** Thrown by a route to answer at once. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`the sandbox refuses with status ${answer.status}`);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

/** An answer with a JSON body. */
export function json(value: unknown, status = 200, headers: { readonly [name: string]: string } = {}): Answer {
  return { status, headers, json: value };
}

/** A part of the path that the route names. */
export function param(request: Request, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new Error(`the route has no part named ${name}`);
  return value;
}

/** A header's text, its first value where it came several times. */
export function header(request: { readonly headers: IncomingHttpHeaders }, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
