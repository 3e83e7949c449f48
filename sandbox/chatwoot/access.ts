import type { Answer, Request, Route } from '../core/exchange.ts';
import type { ChatwootState, Contact, Conversation, Inbox, Sender } from './entities.ts';

import { header, json, param, Refusal } from '../core/exchange.ts';
import { integerOf } from '../core/values.ts';

/** Who calls: a user, or an agent bot. */
export interface Caller {
  readonly actor: Sender;
  readonly administrator: boolean;
}

/** An error with `{error}`. */
export function failure(status: number, error: string): Answer {
  return json({ error }, status);
}

/** Ends the request with 404 in the form of the exception handler. */
export function notFound(): never {
  throw new Refusal(failure(404, 'Resource could not be found'));
}

/** Ends the request with 422 `{error}`. */
export function unprocessable(error: string): never {
  throw new Refusal(failure(422, error));
}

/** Ends the request with 422 as a model's validation does. */
export function invalid(message: string, attributes: readonly string[]): never {
  throw new Refusal(json({ message, attributes }, 422));
}

/** Ends the request with an unrescued exception: a page, not JSON. */
export function crashed(): never {
  throw new Refusal(serverError());
}

/** The page that Rails shows for an unrescued exception. */
export function serverError(): Answer {
  return {
    status: 500,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    text: "<!DOCTYPE html><html><body><h1>We're sorry, but something went wrong.</h1></body></html>",
  };
}

/** The answer of a spent limit: plain text, without Retry-After unless a proxy adds one (chatwoot config/initializers/rack_attack.rb). */
export function rateLimited(retryAfterS: number | null): Answer {
  return {
    status: 429,
    headers: { 'content-type': 'text/plain', ...(retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) }) },
    text: 'Retry later\n',
  };
}

/** The conversation that the path names by its display id. */
export function conversationAt(state: ChatwootState, request: Request): Conversation {
  return state.conversations.get(integerOf(param(request, 'cid')) ?? 0) ?? notFound();
}

/** The contact that the path names. */
export function contactAt(state: ChatwootState, request: Request): Contact {
  return state.contacts.get(integerOf(param(request, 'id')) ?? 0) ?? notFound();
}

/** The inbox of an id that came in a body. */
export function inboxOf(state: ChatwootState, id: unknown): Inbox {
  return state.inboxes.get(integerOf(id) ?? 0) ?? notFound();
}

/** Builds the check of token and rights. `needs` is `bot` (bots may call it too), `user` or `administrator`; all refusals are 401. */
export function createAuthorise(state: ChatwootState): (route: Route<Caller>, request: Request) => Caller {
  return (route, request) => {
    const value = header(request, 'api_access_token');
    if (value === undefined) throw new Refusal(json({ errors: ['You need to sign in or sign up before continuing.'] }, 401));
    const token = state.tokens.get(value);
    if (token === undefined) throw new Refusal(failure(401, 'Invalid Access Token'));
    if (token.kind === 'agent_bot' && route.needs !== 'bot')
      throw new Refusal(failure(401, 'Access to this endpoint is not authorized for bots'));
    const { account } = request.params;
    if (account !== undefined && integerOf(account) !== state.accountId) notFound();
    const administrator = token.kind === 'user' && state.users.get(token.ownerId)?.role === 'administrator';
    if (route.needs === 'administrator' && !administrator) throw new Refusal(failure(401, 'You are not authorized to do this action'));
    return { actor: { kind: token.kind, id: token.ownerId }, administrator };
  };
}
