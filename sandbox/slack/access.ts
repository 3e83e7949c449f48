import type { Answer, Request, Route } from '../core/exchange.ts';
import type { Channel, SlackState, Token } from './entities.ts';

import { header, json, Refusal } from '../core/exchange.ts';
import { type Fields, fieldsOf, parseJson, textOf } from '../core/values.ts';

/** Who calls: the token. */
export type Caller = Token;

/** A refusal: status 200, `ok: false` and a code. */
export function failure(error: string, more: { readonly [name: string]: unknown } = {}): Answer {
  return json({ ok: false, error, ...more });
}

/** Ends the request with an error code. */
export function refuse(error: string, more: { readonly [name: string]: unknown } = {}): never {
  throw new Refusal(failure(error, more));
}

/** The answer of a spent limit (https://docs.slack.dev/apis/web-api/rate-limits). */
export function rateLimited(retryAfterS: number | null): Answer {
  return json({ ok: false, error: 'ratelimited' }, 429, retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) });
}

/** The arguments of a call: of its query and of its form or JSON body. Values that are JSON text are left as text. */
export function argumentsOf(request: Request): Fields {
  return { ...Object.fromEntries(request.query), ...request.body.fields };
}

/** An argument that is an object, given as such or as JSON text. */
export function objectArgument(value: unknown): Fields | undefined {
  const read = typeof value === 'string' ? parseJson(value) : value;
  return read === undefined || read === null ? undefined : fieldsOf(read);
}

/** The channel that the call names, with our app in it. */
export function channelOf(state: SlackState, args: Fields): Channel {
  const channel = state.channels.get(textOf(args['channel']) ?? '') ?? refuse('channel_not_found');
  if (channel.archived) refuse('is_archived');
  return channel.member ? channel : refuse('not_in_channel');
}

/** The scopes of the token that a request shows, as Slack tells them with every answer; nothing for a token it does not know. */
export function scopeHeaders(state: SlackState, request: Request): { readonly [name: string]: string } {
  const scopes = state.tokens.get(tokenOf(request) ?? '')?.scopes;
  return scopes === undefined ? {} : { 'x-oauth-scopes': scopes.join(',') };
}

/** Builds the check of token and scope. `needs` is a scope, or empty. */
export function createAuthorise(state: SlackState): (route: Route<Caller>, request: Request) => Caller {
  return (route, request) => {
    const value = tokenOf(request);
    if (value === undefined) return refuse('not_authed');
    const token = state.tokens.get(value) ?? refuse('invalid_auth');
    if (route.needs !== '' && !token.scopes.includes(route.needs))
      refuse('missing_scope', { needed: route.needs, provided: token.scopes.join(',') });
    return token;
  };
}

function tokenOf(request: Request): string | undefined {
  return /^Bearer (.+)$/.exec(header(request, 'authorization') ?? '')?.[1] ?? textOf(argumentsOf(request)['token']);
}
