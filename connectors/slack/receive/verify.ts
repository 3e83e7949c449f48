import { headerText, oneHeader } from '../../receive/headers.ts';
import { endWith, refuse, startMatch, toMs, withinWindow } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromHexDigest } from '../../receive/signature.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { SlackSettings } from '../config.ts';

const TIMESTAMP = 'x-slack-request-timestamp';
const PREFIX = 'v0=';

/**
 * `v0=` and hex HMAC-SHA256 over `v0:`, the timestamp header's text, `:` and the body
 * (docs.slack.dev/authentication/verifying-requests-from-slack).
 */
export function verifySlack(request: RawRequest, settings: SlackSettings, nowMs: number): Verification {
  return endWith(beginVerifySlack(request, settings, nowMs), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifySlack(request: RequestHead, settings: SlackSettings, nowMs: number): BegunVerification {
  const signature = oneHeader(request, 'x-slack-signature');
  if (!signature.ok) return refuse(signature.reason);
  const timestamp = oneHeader(request, TIMESTAMP);
  if (!timestamp.ok) return refuse(timestamp.reason);
  if (toMs(timestamp.value) === null) return refuse('timestamp_malformed');
  if (!signature.value.startsWith(PREFIX)) return refuse(/^v[0-9]+=/.test(signature.value) ? 'version_unknown' : 'header_malformed');
  const candidate = fromHexDigest(signature.value.slice(PREFIX.length));
  if (candidate === undefined) return refuse('header_malformed');
  const secrets = secretList(settings.signingSecret, settings.signingSecrets);
  const match = startMatch(secrets, `v0:${timestamp.value}:`, [candidate]);
  return withinWindow(match, timestamp.value, nowMs, settings.toleranceSeconds);
}

/** When Slack signed the request, in Unix milliseconds. */
export function slackSentAt(request: RawRequest): number | null {
  return toMs(headerText(request, TIMESTAMP));
}
