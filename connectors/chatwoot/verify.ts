import { isRepeated, headerText, oneHeader } from '../headers.ts';
import { matchSecrets, refuse, toMs, withinWindow } from '../match-secrets.ts';
import { secretList } from '../settings-fields.ts';
import { isToken } from '../shared-token.ts';
import { fromHexDigest } from '../signature.ts';
import type { RawRequest, Verification } from '../connector.ts';
import type { ChatwootSettings } from './config.ts';

const PREFIX = 'sha256=';
const TIMESTAMP = 'x-chatwoot-timestamp';

/**
 * `sha256=` and lower-case hex HMAC-SHA256 over timestamp, dot, body (chatwoot/chatwoot lib/webhooks/trigger.rb). The
 * sender writes no other form. An unsigned connection, allowed by name, is known by the token in its path.
 */
export function verifyChatwoot(request: RawRequest, settings: ChatwootSettings, nowMs: number): Verification {
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
  const match = matchSecrets(secrets, [timestamp.value, '.', request.body], [candidate]);
  return withinWindow(match, timestamp.value, nowMs, settings.toleranceSeconds);
}

/** When Chatwoot signed the request, in Unix milliseconds. */
export function chatwootSentAt(request: RawRequest): number | null {
  return toMs(headerText(request, TIMESTAMP));
}

function verifyPath(request: RawRequest, settings: ChatwootSettings): Verification {
  const shown = headerText(request, ':path-token') ?? '';
  const passes = settings.pathToken !== undefined && isToken(settings.pathToken, shown);
  return passes ? { ok: true, secretIndex: null } : refuse('token_mismatch');
}
