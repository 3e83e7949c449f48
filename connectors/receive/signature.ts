import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a signed timestamp may differ from our clock in either direction, the last one included. */
export const WINDOW_S = 300;
/** Signatures looked at in one header; more are refused. */
export const MAX_CANDIDATES = 20;
/** Characters of a signature header that are looked at. */
export const MAX_SIGNATURE_HEADER = 4096;

/** HMAC-SHA256 of the parts, one after another, as raw bytes. Text is taken as UTF-8. */
export function hmacSha256(key: string | Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** SHA-256 as lower-case hex. */
export function sha256Hex(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Compares in constant time; unequal lengths are unequal. */
export function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Decodes a SHA-256 in hex; undefined unless it is exactly 64 lower-case digits. */
export function fromHexDigest(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Decodes a SHA-256 in standard padded base64; undefined for any other form. */
export function fromBase64Digest(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The index of the first secret whose digest equals a candidate, all pairs compared so that time tells nothing; -1: none. */
export function matchingSecret(digests: readonly Buffer[], candidates: readonly Buffer[]): number {
  let match = -1;
  digests.forEach((digest, index) => {
    for (const candidate of candidates) if (isEqual(digest, candidate) && match < 0) match = index;
  });
  return match;
}

/** Reads a Unix time in seconds, digits only, and holds it against the window: `fresh`, or why not. */
export function checkTimestamp(
  text: string,
  nowMs: number,
  windowS: number = WINDOW_S,
): 'fresh' | 'timestamp_malformed' | 'timestamp_stale' | 'timestamp_future' {
  if (!/^[0-9]{1,12}$/.test(text)) return 'timestamp_malformed';
  const age = Math.floor(nowMs / 1000) - Number(text);
  if (age > windowS) return 'timestamp_stale';
  return age < -windowS ? 'timestamp_future' : 'fresh';
}
