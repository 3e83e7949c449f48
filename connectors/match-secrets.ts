import { isBlank } from './settings-fields.ts';
import { checkTimestamp, hmacSha256, matchingSecret } from './signature.ts';
import type { Refusal, Verification } from './connector.ts';
import type { Secret } from './secret.ts';

const NEVER_EQUAL = Buffer.alloc(0);

/**
 * Compares candidate digests with the HMAC-SHA256 of the parts under every secret, in constant time. A blank secret never
 * matches, whatever the digest says.
 */
export function matchSecrets(secrets: readonly Secret[], parts: readonly (string | Buffer)[], candidates: readonly Buffer[]): Verification {
  const digests = secrets.map((secret) => (isBlank(secret) ? NEVER_EQUAL : hmacSha256(secret.reveal(), ...parts)));
  const secretIndex = matchingSecret(digests, candidates);
  return secretIndex < 0 ? refuse('signature_mismatch') : { ok: true, secretIndex };
}

/** A match counts only inside the time window; a mismatch stays what it is, so that forged times move no metric. */
export function withinWindow(match: Verification, timestamp: string, nowMs: number, windowS: number): Verification {
  if (!match.ok) return match;
  const age = checkTimestamp(timestamp, nowMs, windowS);
  return age === 'fresh' ? match : refuse(age);
}

/** A refusal with its reason. */
export function refuse(reason: Refusal): Verification {
  return { ok: false, reason };
}

/** The Unix milliseconds of a timestamp in seconds; null where it is none. */
export function toMs(timestamp: string | null): number | null {
  return timestamp !== null && /^[0-9]{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : null;
}
