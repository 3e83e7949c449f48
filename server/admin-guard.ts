import { createHash, timingSafeEqual } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { RequestHandler, Response } from 'express';

/** Who may use the admin listener. */
export interface AdminGuard {
  /** Bearer token that everyone must show; null: none, the listener is on a loopback address and asked by a loopback name. */
  readonly token: string | null;
  /** Whether pages of this origin may ask. */
  allowsOrigin(origin: string): boolean;
}

/**
 * Lets operators through. Pages of other origins are refused whatever they ask. Where no token is wanted the listener is on a loopback
 * address, and what a browser was lured to by a name of somebody else's is told by its Host: DNS can point any name here.
 */
export function guardAdmin({ token, allowsOrigin }: AdminGuard): RequestHandler {
  return (request, response, next) => {
    const { origin, host, authorization } = request.headers;
    response.set({
      vary: 'origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    if (origin !== undefined && !allowsOrigin(origin)) return void response.status(403).json(FOREIGN_ORIGIN);
    if (origin !== undefined) allowCors(response, origin);
    if (token === null && !isLoopbackHost(host ?? '')) return void response.status(403).json(FOREIGN_HOST);
    if (request.method === 'OPTIONS' && origin !== undefined) return void response.status(204).end();
    if (token !== null && !isToken(authorization ?? '', token))
      return void response.status(401).set('www-authenticate', 'Bearer').json(NO_TOKEN);
    next();
  };
}

const FOREIGN_ORIGIN = {
  error: 'origin_not_allowed',
  expected: 'the configured origin of the Temporal UI',
  action: 'Set server.uiOrigin to the address under which the UI is opened.',
};
const FOREIGN_HOST = {
  error: 'host_not_allowed',
  expected: 'a loopback name in the Host header, such as 127.0.0.1 or localhost',
  action: 'Ask by such a name, or set server.admin.token and send it as Authorization: Bearer.',
};
const NO_TOKEN = {
  error: 'token_required',
  expected: 'the admin token as Authorization: Bearer',
  action: 'Send the token of server.admin.token.',
};

/** Whether an address or a name, as in a URL, is this machine's own. */
export function isLoopbackName(name: string): boolean {
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  return bare.toLowerCase() === 'localhost' || (ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback');
}

function isLoopbackHost(host: string): boolean {
  const name = /^(\[[0-9A-Fa-f:.]+\]|[^:]+)(:[0-9]+)?$/.exec(host)?.[1];
  return name !== undefined && isLoopbackName(name);
}

function allowCors(response: Response, origin: string): void {
  response.set({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': 'content-type, x-namespace, authorization',
    'access-control-allow-credentials': 'true',
  });
}

function isToken(authorization: string, token: string): boolean {
  return timingSafeEqual(sha256(authorization), sha256(`Bearer ${token}`));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
