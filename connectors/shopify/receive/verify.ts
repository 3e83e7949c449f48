import { isRepeated, oneHeader } from '../../receive/headers.ts';
import { endWith, refuse, startMatch } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromBase64Digest } from '../../receive/signature.ts';
import { familyOf } from './family.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { ShopifySettings } from '../config.ts';

/**
 * Base64 HMAC-SHA256 of the body under the app's client secret (shopify.dev/docs/apps/build/webhooks/verify-deliveries).
 * Nothing signed tells the time: a late or repeated delivery is legal.
 */
export function verifyShopify(request: RawRequest, settings: ShopifySettings): Verification {
  return endWith(beginVerifyShopify(request, settings), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifyShopify(request: RequestHead, settings: ShopifySettings): BegunVerification {
  const family = familyOf(request);
  const header = oneHeader(request, `${family}hmac-sha256`);
  if (!header.ok) return refuse(header.reason);
  if (isRepeated(request, `${family}webhook-id`) || isRepeated(request, `${family}event-id`)) return refuse('header_repeated');
  const candidate = fromBase64Digest(header.value);
  if (candidate === undefined) return refuse('header_malformed');
  return startMatch(secretList(settings.clientSecret, settings.webhookSecrets), '', [candidate]);
}
