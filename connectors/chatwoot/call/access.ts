import { z } from 'zod';
import { untilNextMinute } from '../../call/retry-after.ts';
import { looseArray } from '../../call/shapes.ts';
import type { Secret } from '../../../model/secret.ts';
import type { Refused, Verdict } from '../../call/status-table.ts';

/** Messages in one conversation are limited per minute. */
const MESSAGE_LIMIT_DELAY_MS = 60_000;
/** Attributes of a contact that Chatwoot keeps unique. */
const UNIQUE_ATTRIBUTES = ['email', 'identifier', 'phone_number'] as const;

const errorBody = z.object({
  error: z.string().optional().catch(undefined),
  attributes: looseArray(z.string()).optional().catch(undefined),
});

type ErrorBody = z.output<typeof errorBody>;

/** How calls to Chatwoot are authenticated. */
export function chatwootHeaders(token: Secret): { readonly [name: string]: string } {
  return { api_access_token: token.reveal() };
}

/** chatwoot v4.15.1, app/controllers/concerns/request_exception_handler.rb and config/initializers/rack_attack.rb. */
export function explainChatwoot(refused: Refused): Partial<Verdict> | null {
  const parsed = errorBody.safeParse(refused.json);
  const body: ErrorBody = parsed.success ? parsed.data : {};
  switch (refused.status) {
    case 401:
      return explain401(body);
    case 404:
      return refused.json === undefined
        ? null
        : { hint: 'Chatwoot has no such record in this account, or the token may not see its inbox.' };
    case 422:
      return explain422(refused, body);
    case 429:
      // rack-attack counts in fixed windows and sends neither JSON nor Retry-After.
      return refused.headers['retry-after'] === undefined ? { retry: { kind: 'after', ms: untilNextMinute(refused.nowMs) } } : null;
    default:
      return null;
  }
}

/** Chatwoot's 401 stands for four things; only a bad token is a matter of the whole connection. */
function explain401(body: ErrorBody): Partial<Verdict> {
  const forbidden = { code: 'forbidden', retry: { kind: 'never' } } as const;
  if (body.error === 'Invalid Access Token')
    return { hint: 'Chatwoot does not know the token. Copy the access token again from the profile settings of the user.' };
  if (body.error === undefined) {
    return { hint: 'Chatwoot saw no token. A proxy may drop the header api_access_token: nginx does unless underscores_in_headers is on.' };
  }
  if (body.error.includes('not authorized for bots')) {
    return { ...forbidden, hint: 'Chatwoot lets bots make only a few calls, and this is none of them. Use the access token of a user.' };
  }
  if (/suspended/i.test(body.error)) return { ...forbidden, hint: 'The Chatwoot account is suspended.' };
  const hint = 'The user of the Chatwoot token may not do this. Give it the role or the inbox that the call needs.';
  // In other words than known it may mean something else, and pass.
  return { ...forbidden, hint, retry: body.error.includes('not authorized') ? forbidden.retry : { kind: 'backoff' } };
}

function explain422(refused: Refused, body: ErrorBody): Partial<Verdict> {
  const taken = UNIQUE_ATTRIBUTES.filter((attribute) => body.attributes?.items.includes(attribute) === true);
  if (taken.length > 0)
    return {
      code: 'conflict',
      hint: `Chatwoot does not accept the contact's ${taken.join(', ')}: it is taken by another contact, or malformed.`,
    };
  const isMessage = refused.route.endsWith('/messages');
  if (isMessage && body.error?.includes('Too many messages') === true) {
    return {
      code: 'throttled',
      retry: { kind: 'after', ms: MESSAGE_LIMIT_DELAY_MS },
      hint: 'Too many messages in this conversation within a minute; it is tried again.',
    };
  }
  if (isMessage && body.error?.includes('only allowed in Api inboxes') === true) {
    return { hint: 'Chatwoot takes incoming messages only in inboxes of the type API.' };
  }
  if (!isMessage) return {};
  // The action for messages answers 422 to any failure whatever, one that passes too, and after the message was saved as well.
  return {
    carriedOut: true,
    retry: { kind: 'backoff' },
    hint: 'Chatwoot answers so to any failure of a message; it is tried again a few times. If it stays, look at the conversation and at the log of Chatwoot.',
  };
}
