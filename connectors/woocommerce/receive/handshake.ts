import { FORM_TYPE, mediaTypeOf } from '../../receive/media-type.ts';
import type { Answer, RawRequest } from '../../connector.ts';

const MAX_PING_BYTES = 64;

/**
 * The unsigned ping on saving a webhook: a form with exactly `webhook_id=<digits>`, which must be answered 200
 * (woocommerce/woocommerce class-wc-webhook.php, deliver_ping).
 */
export function woocommerceHandshake(request: RawRequest): Answer | null {
  if (mediaTypeOf(request) !== FORM_TYPE || request.body.length > MAX_PING_BYTES) return null;
  return /^webhook_id=[0-9]{1,20}$/.test(request.body.toString('latin1')) ? { contentType: 'text/plain', body: '' } : null;
}
