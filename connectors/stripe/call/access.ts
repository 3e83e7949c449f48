import { z } from 'zod';
import { parseRetryAfter } from '../../call/retry-after.ts';
import type { Secret } from '../../../model/secret.ts';
import type { Refused, Verdict } from '../../call/status-table.ts';

/** The API version that our shapes are written for; without it, answers follow the account's default. */
const API_VERSION = '2026-10-28.endive';
const KNOWN_CODE = /^[a-z_]{1,60}$/;

/** What Stripe says of an object that the key cannot see since it is of the other mode. */
const OTHER_MODE = /a similar object exists in (live|test) mode/;

const errorBody = z.object({
  error: z.object({ type: z.string().nullish(), code: z.string().nullish(), message: z.string().nullish() }),
});

/** Live or test: keys and objects are of one of the two, and neither sees the other's. */
export type Mode = 'live' | 'test';

/** How calls to Stripe are authenticated. https://docs.stripe.com/api/versioning */
export function stripeHeaders(key: Secret): { readonly [name: string]: string } {
  return { authorization: `Bearer ${key.reveal()}`, 'stripe-version': API_VERSION };
}

/** The header Stripe-Should-Retry outranks the status. https://docs.stripe.com/api/errors */
export function explainStripe(refused: Refused): Partial<Verdict> | null {
  const parsed = errorBody.safeParse(refused.json);
  const code = parsed.success ? (parsed.data.error.code ?? parsed.data.error.type ?? null) : null;
  const message = parsed.success ? (parsed.data.error.message ?? '') : '';
  const told = { ...explainStatus(refused, code), ...shouldRetry(refused), ...explainTenant(refused, code, message) };
  if (code === null || !KNOWN_CODE.test(code)) return told;
  return { ...told, hint: `${told.hint ?? 'See docs.stripe.com/error-codes.'} Stripe's code: ${code}.` };
}

/** The mode of a key; null where its text does not tell. https://docs.stripe.com/keys */
export function modeOf(key: Secret): Mode | null {
  const mode = /^(?:[a-z]+_)+?(live|test)_/.exec(key.reveal())?.[1];
  return mode === 'live' || mode === 'test' ? mode : null;
}

/** The refusal of an object of this mode by a key of the other. */
export function wrongMode(theirs: Mode): {
  readonly code: 'wrong_mode';
  readonly retry: { readonly kind: 'never' };
  readonly hint: string;
} {
  const ours: Mode = theirs === 'live' ? 'test' : 'live';
  const hint = `The object is of ${theirs} mode and the key of ${ours} mode, which does not see it. Give the connection a key of ${theirs} mode (sk_${theirs}_… or rk_${theirs}_…) and retry, or send it events of ${ours} mode alone and skip.`;
  return { code: 'wrong_mode', retry: { kind: 'never' }, hint };
}

/** Refusals that speak of where the object is, and not of the key. */
function explainTenant(refused: Refused, code: string | null, message: string): Partial<Verdict> {
  const theirs = refused.status === 404 ? OTHER_MODE.exec(message)?.[1] : undefined;
  if (theirs === 'live' || theirs === 'test') return wrongMode(theirs);
  if (code !== 'account_invalid') return {};
  const hint =
    'The key has no access to the connected account that the event came from: it may have disconnected, or never have connected in this mode.';
  return { code: 'no_account_access', retry: { kind: 'never' }, hint };
}

function explainStatus(refused: Refused, code: string | null): Partial<Verdict> {
  switch (refused.status) {
    case 401:
      return { hint: 'Stripe does not accept the key. Make a new one in the dashboard under Developers > API keys.' };
    case 403:
      return { hint: 'The restricted key lacks a permission. Give it read access to invoices and customers in the dashboard.' };
    case 404:
      return code === 'resource_missing' ? { hint: 'No such object in this account.' } : { code: 'unsupported' };
    case 409:
      return { retry: { kind: 'backoff' }, hint: 'Another request with the same idempotency key is under way; it is tried again.' };
    default:
      return {};
  }
}

function shouldRetry(refused: Refused): Partial<Verdict> {
  const told = refused.headers['stripe-should-retry'];
  // Without credentials no retry helps, and a person has to be told.
  if (refused.status === 401) return {};
  if (told === 'false') return { retry: { kind: 'never' } };
  if (told !== 'true') return {};
  const ms = parseRetryAfter(refused.headers['retry-after'], refused.nowMs);
  return { retry: ms === null ? { kind: 'backoff' } : { kind: 'after', ms } };
}
