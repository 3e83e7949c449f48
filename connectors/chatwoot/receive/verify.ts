import { isRepeated, headerText, oneHeader } from '../../receive/headers.ts';
import { endWith, knownByHead, refuse, startMatch, toMs, withinWindow } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { isToken } from '../../receive/shared-token.ts';
import { fromHexDigest } from '../../receive/signature.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { ChatwootSettings } from '../config.ts';

const PREFIX = 'sha256=';
const TIMESTAMP = 'x-chatwoot-timestamp';

/**
 * `sha256=` and lower-case hex HMAC-SHA256 over timestamp, dot, body (chatwoot/chatwoot lib/webhooks/trigger.rb). The
 * sender writes no other form. An unsigned connection, allowed by name, is known by the token in its path.
 */
export function verifyChatwoot(request: RawRequest, settings: ChatwootSettings, nowMs: number): Verification {
  return endWith(beginVerifyChatwoot(request, settings, nowMs), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifyChatwoot(request: RequestHead, settings: ChatwootSettings, nowMs: number): BegunVerification {
  if (isRepeated(request, 'x-chatwoot-delivery')) return refuse('header_repeated');
  if (settings.unsigned !== undefined) return verifyPath(request, settings);
  const signature = oneHeader(request, 'x-chatwoot-signature');
  if (!signature.ok) return refuse(signature.reason);
  const timestamp = oneHeader(request, TIMESTAMP);
  if (!timestamp.ok) return refuse(timestamp.reason);
  const candidate = signature.value.startsWith(PREFIX) ? fromHexDigest(signature.value.slice(PREFIX.length)) : undefined;
  if (candidate === undefined) return refuse('header_malformed');
  if (toMs(timestamp.value) === null) return refuse('timestamp_malformed');
  const secrets = secretList(settings.webhookSecret, settings.webhookSecrets);
  const match = startMatch(secrets, `${timestamp.value}.`, [candidate]);
  return withinWindow(match, timestamp.value, nowMs, settings.toleranceSeconds);
}

/** When Chatwoot signed the request, in Unix milliseconds. */
export function chatwootSentAt(request: RequestHead): number | null {
  return toMs(headerText(request, TIMESTAMP));
}

function verifyPath(request: RequestHead, settings: ChatwootSettings): BegunVerification {
  const shown = headerText(request, ':path-token') ?? '';
  const passes = settings.pathToken !== undefined && isToken(settings.pathToken, shown);
  return passes ? knownByHead(null) : refuse('token_mismatch');
}
