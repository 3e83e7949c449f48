import { isRepeated, oneHeader } from '../../receive/headers.ts';
import { endWith, refuse, startMatch } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromBase64Digest } from '../../receive/signature.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { WoocommerceSettings } from '../config.ts';

/** Headers that name the delivery; two copies of one are a refusal. */
const IDS = ['x-wc-webhook-id', 'x-wc-webhook-delivery-id'] as const;

/**
 * Base64 HMAC-SHA256 of the body under the secret as it was typed (woocommerce/woocommerce class-wc-webhook.php,
 * generate_signature). Nothing signed tells the time.
 */
export function verifyWoocommerce(request: RawRequest, settings: WoocommerceSettings): Verification {
  return endWith(beginVerifyWoocommerce(request, settings), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifyWoocommerce(request: RequestHead, settings: WoocommerceSettings): BegunVerification {
  const header = oneHeader(request, 'x-wc-webhook-signature');
  if (!header.ok) return refuse(header.reason);
  if (IDS.some((name) => isRepeated(request, name))) return refuse('header_repeated');
  const candidate = fromBase64Digest(header.value);
  if (candidate === undefined) return refuse('header_malformed');
  return startMatch(secretList(settings.webhookSecret, settings.webhookSecrets), '', [candidate]);
}
