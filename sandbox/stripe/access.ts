import type { Answer, Request, Route } from '../core/exchange.ts';
import type { StripeState } from './entities.ts';

import { header, json, Refusal } from '../core/exchange.ts';

/** Who calls: the key's text. */
export interface Caller {
  readonly key: string;
}

/** An error in the vendor's shape (https://docs.stripe.com/api/errors). */
export function failure(status: number, type: string, message: string, more: { readonly [name: string]: unknown } = {}): Answer {
  return json({ error: { message, type, ...more } }, status);
}

/** Ends the request with 404 as for an id that does not exist. */
export function missing(what: string, id: string): never {
  throw new Refusal(failure(404, 'invalid_request_error', `No such ${what}: '${id}'`, { code: 'resource_missing', param: 'id' }));
}

/** Ends the request with 400. */
export function badRequest(message: string, param: string): never {
  throw new Refusal(failure(400, 'invalid_request_error', message, { param }));
}

/** The answer of a spent limit; the vendor names the reason in a header (https://docs.stripe.com/rate-limits). */
export function rateLimited(retryAfterS: number | null): Answer {
  const headers = {
    'stripe-rate-limited-reason': 'global-rate',
    'stripe-should-retry': 'true',
    ...(retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) }),
  };
  return { ...failure(429, 'invalid_request_error', 'Request rate limit exceeded.', { code: 'rate_limit' }), headers };
}

/** Builds the check of key and right. The key comes as bearer or as the user of basic authentication. */
export function createAuthorise(state: StripeState): (route: Route<Caller>, request: Request) => Caller {
  return (route, request) => {
    const value = keyFrom(header(request, 'authorization') ?? '');
    if (value === '')
      throw new Refusal(
        failure(
          401,
          'invalid_request_error',
          'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.',
        ),
      );
    const key = state.keys.get(value);
    if (key === undefined) throw new Refusal(failure(401, 'invalid_request_error', `Invalid API Key provided: ${value.slice(0, 8)}****`));
    if (key.rights.includes('*') || key.rights.includes(route.needs)) return { key: value };
    throw new Refusal(
      failure(403, 'invalid_request_error', `The provided key does not have the required permissions for this endpoint: ${route.needs}.`, {
        code: 'more_permissions_required_for_application',
      }),
    );
  };
}

function keyFrom(authorization: string): string {
  const bearer = /^Bearer (.+)$/.exec(authorization)?.[1];
  const basic = /^Basic (.+)$/.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  return basic === undefined ? '' : (Buffer.from(basic, 'base64').toString('utf8').split(':')[0] ?? '');
}
