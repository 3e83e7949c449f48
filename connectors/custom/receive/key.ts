import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const SYMMETRIC = 'whsec_';
const PUBLIC = 'whpk_';
/** Bytes of a symmetric secret (Standard Webhooks 1.0.0, Signature scheme: 24 to 64). */
export const PROPER_BYTES = 24;
export const MAX_BYTES = 64;
/** Some senders give shorter ones. With 128 random bits nobody guesses them; below that they are refused. */
export const MIN_BYTES = 16;
const ED25519_BYTES = 32;

/** A secret, decoded. */
export type Key = { readonly version: 'v1'; readonly bytes: Buffer } | { readonly version: 'v1a'; readonly publicKey: KeyObject };

/** Decodes a configured secret by its prefix; null where it is none that may verify. */
export function decodeKey(text: string): Key | null {
  if (text.startsWith(PUBLIC)) return decodePublic(text.slice(PUBLIC.length));
  const bytes = decodeSymmetric(text);
  if (bytes === null || bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) return null;
  return { version: 'v1', bytes };
}

/** How many bytes a symmetric secret has, fit or not; null: it is none. */
export function symmetricBytes(text: string): number | null {
  return text.startsWith(PUBLIC) ? null : (decodeSymmetric(text)?.length ?? null);
}

function decodeSymmetric(text: string): Buffer | null {
  return decodeBase64(text.startsWith(SYMMETRIC) ? text.slice(SYMMETRIC.length) : text);
}

function decodePublic(text: string): Key | null {
  const bytes = decodeBase64(text);
  if (bytes === null || bytes.length !== ED25519_BYTES) return null;
  try {
    return {
      version: 'v1a',
      publicKey: createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } }),
    };
  } catch {
    return null;
  }
}

/** Standard base64, its padding optional. */
function decodeBase64(text: string): Buffer | null {
  const bare = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(bare) || bare.length % 4 === 1) return null;
  return Buffer.from(bare, 'base64');
}
