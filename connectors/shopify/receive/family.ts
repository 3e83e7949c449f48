import type { RequestHead } from '../../connector.ts';

/** The two families of headers: the classic one, and the unprefixed one of "Events" (shopify.dev/docs/apps/build/events). */
export type Family = 'x-shopify-' | 'shopify-';

const REQUIRED = ['topic', 'shop-domain', 'api-version', 'webhook-id'] as const;

/** Which family counts: where any signed-delivery header of the unprefixed one is there, it alone decides. */
export function familyOf(request: RequestHead): Family {
  const isEvents = ['hmac-sha256', ...REQUIRED].some((name) => request.headers.has(`shopify-${name}`));
  return isEvents ? 'shopify-' : 'x-shopify-';
}

/** The headers that must be there beside the signature; without one the answer is 400. */
export function requiredHeaders(family: Family): readonly string[] {
  const names = family === 'shopify-' ? [...REQUIRED, 'event-id'] : REQUIRED;
  return names.map((name) => `${family}${name}`);
}
