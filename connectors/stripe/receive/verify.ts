import { headerText, oneHeader } from '../../receive/headers.ts';
import { endWith, refuse, startMatch, toMs, withinWindow } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromHexDigest, MAX_CANDIDATES, MAX_SIGNATURE_HEADER } from '../../receive/signature.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { StripeSettings } from '../config.ts';

const HEADER = 'stripe-signature';

interface Parts {
  readonly timestamps: readonly string[];
  readonly v1: readonly string[];
  readonly versions: number;
}

/**
 * `t=…,v1=…`, any `v1` may match, other versions never count: hex HMAC-SHA256 over timestamp, dot, body under the whole
 * `whsec_…` text (docs.stripe.com/webhooks, Verify manually). Both past and future are held against the window.
 */
export function verifyStripe(request: RawRequest, settings: StripeSettings, nowMs: number): Verification {
  return endWith(beginVerifyStripe(request, settings, nowMs), request.body);
}

/** The same for a body that comes in pieces. */
export function beginVerifyStripe(request: RequestHead, settings: StripeSettings, nowMs: number): BegunVerification {
  const header = oneHeader(request, HEADER);
  if (!header.ok) return refuse(header.reason);
  if (header.value.length > MAX_SIGNATURE_HEADER) return refuse('too_many_signatures');
  const { timestamps, v1, versions } = split(header.value);
  if (v1.length > MAX_CANDIDATES) return refuse('too_many_signatures');
  const timestamp = timestamps[0];
  if (timestamp === undefined || timestamps.length > 1) return refuse('header_malformed');
  if (toMs(timestamp) === null) return refuse('timestamp_malformed');
  if (v1.length === 0) return refuse(versions > 0 ? 'version_unknown' : 'header_malformed');
  const candidates = v1.flatMap((text) => fromHexDigest(text) ?? []);
  if (candidates.length === 0) return refuse('header_malformed');
  const secrets = secretList(settings.webhookSecret, settings.webhookSecrets);
  const match = startMatch(secrets, `${timestamp}.`, candidates);
  return withinWindow(match, timestamp, nowMs, settings.toleranceSeconds);
}

/** When Stripe signed the request, in Unix milliseconds. */
export function stripeSentAt(request: RawRequest): number | null {
  const header = headerText(request, HEADER) ?? '';
  return header.length > MAX_SIGNATURE_HEADER ? null : toMs(split(header).timestamps[0] ?? null);
}

function split(header: string): Parts {
  const pairs = header.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? { key: pair, value: '' } : { key: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  const valuesOf = (key: string): readonly string[] => pairs.filter((pair) => pair.key === key).map((pair) => pair.value);
  return { timestamps: valuesOf('t'), v1: valuesOf('v1'), versions: pairs.filter((pair) => /^v[0-9]+$/.test(pair.key)).length };
}
