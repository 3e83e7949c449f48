import { verify as verifySignature } from 'node:crypto';
import { headerText, oneHeader } from '../../receive/headers.ts';
import { holdAgainstWindow, refuse, toMs } from '../../receive/match-secrets.ts';
import { secretList } from '../../settings.ts';
import { fromBase64Digest, hmacSha256, matchingSecret, MAX_CANDIDATES, MAX_SIGNATURE_HEADER } from '../../receive/signature.ts';
import { decodeKey } from './key.ts';
import type { RawRequest, Verification } from '../../connector.ts';
import type { CustomSettings } from '../config.ts';
import type { Key } from './key.ts';

const NEVER_EQUAL = Buffer.alloc(0);
const ED25519_SIGNATURE = /^[A-Za-z0-9+/]{86}==$/;

interface Candidates {
  readonly v1: readonly Buffer[];
  readonly v1a: readonly Buffer[];
}

/**
 * Standard Webhooks 1.0.0: base64 HMAC-SHA256 (`v1`) or ed25519 (`v1a`) over id, dot, timestamp, dot, body; several
 * signatures separated by spaces. Svix spells the headers `svix-…`.
 */
export function verifyCustom(request: RawRequest, settings: CustomSettings, nowMs: number): Verification {
  const prefix = headerPrefix(request);
  const id = oneHeader(request, `${prefix}id`);
  if (!id.ok) return refuse(id.reason);
  const timestamp = oneHeader(request, `${prefix}timestamp`);
  if (!timestamp.ok) return refuse(timestamp.reason);
  const header = oneHeader(request, `${prefix}signature`);
  if (!header.ok) return refuse(header.reason);
  if (toMs(timestamp.value) === null) return refuse('timestamp_malformed');
  if (header.value.length > MAX_SIGNATURE_HEADER) return refuse('too_many_signatures');
  const texts = header.value.split(' ').filter((text) => text !== '');
  if (texts.length > MAX_CANDIDATES) return refuse('too_many_signatures');
  const candidates = parse(texts);
  if (candidates === null)
    return refuse(texts.every((text) => /^v[0-9]+[a-z]?,/.test(text) && !/^v1a?,/.test(text)) ? 'version_unknown' : 'header_malformed');
  const signed = Buffer.concat([Buffer.from(`${id.value}.${timestamp.value}.`), request.body]);
  const keys = secretList(settings.secret, settings.secrets).map((secret) => decodeKey(secret.reveal()));
  return holdAgainstWindow(match(keys, signed, candidates), timestamp.value, nowMs, settings.toleranceSeconds);
}

/** When the sender says it sent this attempt, in Unix milliseconds. */
export function customSentAt(request: RawRequest): number | null {
  return toMs(headerText(request, `${headerPrefix(request)}timestamp`));
}

/** How the headers are spelt: `webhook-` wherever one of its headers is there. */
export function headerPrefix(request: RawRequest): 'webhook-' | 'svix-' {
  return ['id', 'timestamp', 'signature'].some((name) => request.headers.has(`webhook-${name}`)) ? 'webhook-' : 'svix-';
}

function parse(texts: readonly string[]): Candidates | null {
  const v1 = texts.flatMap((text) => (text.startsWith('v1,') ? (fromBase64Digest(text.slice('v1,'.length)) ?? []) : []));
  const v1a = texts.flatMap((text) =>
    text.startsWith('v1a,') && ED25519_SIGNATURE.test(text.slice('v1a,'.length)) ? [Buffer.from(text.slice('v1a,'.length), 'base64')] : [],
  );
  return v1.length + v1a.length === 0 ? null : { v1, v1a };
}

function match(keys: readonly (Key | null)[], signed: Buffer, candidates: Candidates): Verification {
  const digests = keys.map((key) => (key?.version === 'v1' ? hmacSha256(key.bytes, signed) : NEVER_EQUAL));
  const symmetric = matchingSecret(digests, candidates.v1);
  const asymmetric = keys.findIndex(
    (key) => key?.version === 'v1a' && candidates.v1a.some((signature) => verifySignature(null, signed, key.publicKey, signature)),
  );
  const secretIndex = symmetric >= 0 ? symmetric : asymmetric;
  return secretIndex < 0 ? refuse('signature_mismatch') : { ok: true, secretIndex };
}
