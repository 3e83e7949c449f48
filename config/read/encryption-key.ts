import type { Secret } from '../../model/secret.ts';

/** Bytes of an AES-256 key. */
export const KEY_BYTES = 32;

/** The key's 32 bytes, from padded base64 or hex; undefined for anything else. */
export function toKeyBytes(secret: Secret): Buffer | undefined {
  const text = secret.reveal().trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}
