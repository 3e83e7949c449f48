import { oneHeader } from '../../receive/headers.ts';
import { endWith, refuse, startMatch } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromBase64Digest, fromHexDigest, MAX_SIGNATURE_HEADER } from '../../receive/signature.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { DeskwootSettings } from '../config.ts';

const PREFIX = 'sha256=';

/**
 * HMAC-SHA256 of the body under the whole `whsec_…` text, as plain hex (deskwoot.com/docs/api, Verifying webhook
 * signatures). A `sha256=` prefix and base64 are taken too, should the undocumented form change. Nothing signed tells the time.
 */
export function verifyDeskwoot(request: RawRequest, settings: DeskwootSettings): Verification {
  return endWith(beginVerifyDeskwoot(request, settings), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifyDeskwoot(request: RequestHead, settings: DeskwootSettings): BegunVerification {
  const header = oneHeader(request, 'x-deskwoot-signature');
  if (!header.ok) return refuse(header.reason);
  if (header.value.length > MAX_SIGNATURE_HEADER) return refuse('header_malformed');
  const text = header.value.startsWith(PREFIX) ? header.value.slice(PREFIX.length) : header.value;
  const candidate = fromHexDigest(text) ?? fromBase64Digest(text);
  if (candidate === undefined) return refuse('header_malformed');
  return startMatch(secretList(settings.webhookSecret, settings.webhookSecrets), '', [candidate]);
}
