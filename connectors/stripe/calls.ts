import { z } from 'zod';
import { parseRetryAfter } from '../retry-after.ts';
import type { VendorHttp } from '../http-client.ts';
import type { Secret } from '../secret.ts';
import type { Refused, Verdict } from '../status-table.ts';

/** The API version that our shapes are written for; without it, answers follow the account's default. */
const API_VERSION = '2026-10-28.endive';
const KNOWN_CODE = /^[a-z_]{1,60}$/;

const errorBody = z.object({ error: z.object({ type: z.string().nullish(), code: z.string().nullish() }) });

/** How calls to Stripe are authenticated, and how its refusals read. https://docs.stripe.com/api/versioning */
export function stripeCalls(key: Secret): VendorHttp {
  return { headers: () => ({ authorization: `Bearer ${key.reveal()}`, 'stripe-version': API_VERSION }), explain: explainStripe };
}

/** The header Stripe-Should-Retry outranks the status. https://docs.stripe.com/api/errors */
export function explainStripe(refused: Refused): Partial<Verdict> | null {
  const parsed = errorBody.safeParse(refused.json);
  const code = parsed.success ? (parsed.data.error.code ?? parsed.data.error.type ?? null) : null;
  const told = { ...explainStatus(refused, code), ...shouldRetry(refused) };
  if (code === null || !KNOWN_CODE.test(code)) return told;
  return { ...told, hint: `${told.hint ?? 'See docs.stripe.com/error-codes.'} Stripe's code: ${code}.` };
}

function explainStatus(refused: Refused, code: string | null): Partial<Verdict> {
  switch (refused.status) {
    case 401:
      return { hint: 'Stripe does not accept the key. Make a new one in the dashboard under Developers > API keys.' };
    case 403:
      return { hint: 'The restricted key lacks a permission. Give it read access to invoices and customers in the dashboard.' };
    case 404:
      return code === 'resource_missing'
        ? { hint: 'No such object; a test key does not see live objects, nor a live key test objects.' }
        : { code: 'unsupported' };
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
