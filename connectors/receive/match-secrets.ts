import { createHmac } from 'node:crypto';
import { isBlank } from '../settings.ts';
import { checkTimestamp, matchingSecret } from './signature.ts';
import type { BegunVerification, BodyVerifier, Refusal, Verification } from '../connector.ts';
import type { Secret } from '../../model/secret.ts';

const NEVER_EQUAL = Buffer.alloc(0);

/**
 * Begins to compare candidate digests with the HMAC-SHA256 of `prefix` and the body under every secret, in constant time. A blank
 * secret never matches, whatever the digest says.
 */
export function startMatch(secrets: readonly Secret[], prefix: string, candidates: readonly Buffer[]): BodyVerifier {
  const macs = secrets.map((secret) => (isBlank(secret) ? null : createHmac('sha256', secret.reveal()).update(prefix)));
  return {
    update(piece) {
      for (const mac of macs) mac?.update(piece);
    },
    end() {
      const secretIndex = matchingSecret(
        macs.map((mac) => mac?.digest() ?? NEVER_EQUAL),
        candidates,
      );
      return secretIndex < 0 ? refuse('signature_mismatch') : { ok: true, secretIndex };
    },
  };
}

/** A match counts only inside the time window; a mismatch stays what it is, so that forged times move no metric. */
export function withinWindow(match: BodyVerifier, timestamp: string, nowMs: number, windowS: number): BodyVerifier {
  return {
    update: (piece) => match.update(piece),
    end: () => holdAgainstWindow(match.end(), timestamp, nowMs, windowS),
  };
}

/** The same for a match that is known already. */
export function holdAgainstWindow(match: Verification, timestamp: string, nowMs: number, windowS: number): Verification {
  if (!match.ok) return match;
  const age = checkTimestamp(timestamp, nowMs, windowS);
  return age === 'fresh' ? match : refuse(age);
}

/** The verdict where the whole body is at hand. */
export function endWith(begun: BegunVerification, body: Buffer): Verification {
  if (!('update' in begun)) return begun;
  begun.update(body);
  return begun.end();
}

/** Authentic by its headers or its path, whatever the body is. */
export function knownByHead(secretIndex: number | null): BodyVerifier {
  return { update: () => undefined, end: () => ({ ok: true, secretIndex }) };
}

/** A refusal with its reason. */
export function refuse(reason: Refusal): { readonly ok: false; readonly reason: Refusal } {
  return { ok: false, reason };
}

/** The Unix milliseconds of a timestamp in seconds; null where it is none. */
export function toMs(timestamp: string | null): number | null {
  return timestamp !== null && /^[0-9]{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : null;
}
