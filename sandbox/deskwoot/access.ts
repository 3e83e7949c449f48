import type { Clock } from '../core/clock.ts';
import type { Answer, Request, Route } from '../core/exchange.ts';
import type { Contact, Conversation, DeskwootState, Token } from './entities.ts';

import { header, json, param, Refusal } from '../core/exchange.ts';

const MINUTE_MS = 60_000;

/** Who calls: the token's owner. */
export interface Caller {
  readonly userId: string;
  readonly scopes: readonly string[];
}

/** The limit per token, in fixed windows of a minute. */
export interface RateLimit {
  readonly perMinute: number;
  /** Whether the 429 says when to come back; the two documents disagree. */
  readonly retryAfter: boolean;
}

/** An error in the documented shape. */
export function failure(status: number, error: string): Answer {
  return json({ error }, status);
}

/** Ends the request with 400. */
export function badRequest(error: string): never {
  throw new Refusal(failure(400, error));
}

/** Ends the request with 404. */
export function notFound(what: string): never {
  throw new Refusal(failure(404, `${what} not found`));
}

/** Ends the request with 409. */
export function conflict(error: string): never {
  throw new Refusal(failure(409, error));
}

/** The conversation that the path names; 404 where there is none. */
export function conversationAt(state: DeskwootState, request: Request): Conversation {
  return state.conversations.get(param(request, 'conversationId')) ?? notFound('Conversation');
}

/** The contact that the path names; 404 where there is none. */
export function contactAt(state: DeskwootState, request: Request): Contact {
  return state.contacts.get(param(request, 'contactId')) ?? notFound('Contact');
}

/** Builds the check of token, limit, account and scope, in this order. `needs` is a scope, `any` or `session`. */
export function createAuthorise(
  state: DeskwootState,
  clock: Clock,
  limit: RateLimit | null,
): (route: Route<Caller>, request: Request) => Caller {
  const used = new Map<string, { window: number; count: number }>();
  return (route, request) => {
    const token = state.tokens.get(/^Bearer (.+)$/.exec(header(request, 'authorization') ?? '')?.[1] ?? '');
    if (token === undefined) throw new Refusal(failure(401, 'Unauthorized'));
    if (limit !== null) countUse(used, token, clock(), limit);
    const { accountId } = request.params;
    if (accountId !== undefined && accountId !== state.accountId) throw new Refusal(failure(404, 'Account not found'));
    if (route.needs === 'session') throw new Refusal(failure(403, 'This action needs a session'));
    if (!holds(token, route.needs)) throw new Refusal(failure(403, `Token lacks required scope: ${route.needs}`));
    return { userId: token.userId, scopes: token.scopes };
  };
}

/** The answer of a spent limit. */
export function rateLimited(retryAfterS: number | null): Answer {
  return json({ error: 'Too many requests' }, 429, retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) });
}

function countUse(used: Map<string, { window: number; count: number }>, token: Token, nowMs: number, limit: RateLimit): void {
  const window = Math.floor(nowMs / MINUTE_MS);
  const last = used.get(token.value);
  const count = last?.window === window ? last.count + 1 : 1;
  used.set(token.value, { window, count });
  if (count <= limit.perMinute) return;
  throw new Refusal(rateLimited(limit.retryAfter ? Math.ceil(((window + 1) * MINUTE_MS - nowMs) / 1000) : null));
}

function holds(token: Token, needs: string): boolean {
  if (needs === 'any' || token.scopes.includes(needs)) return true;
  return token.scopes.includes(needs.endsWith(':write') ? 'write' : needs.endsWith(':read') ? 'read' : needs);
}
