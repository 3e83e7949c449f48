import { createHash } from 'node:crypto';
import type { Json } from '../../model/json.ts';

/** SHA-256 (hex) of a value, the same whatever the order of its keys. */
export function toFingerprint(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** The reference that a helpdesk without marks shows at the end of our private notes. */
const REFERENCE = /\s*\[ref [0-9a-f]{8}\]\s*$/;

/** SHA-256 (hex) of a message's text, its reference left out and white space folded, so that reformatting doesn't hide an echo. */
export function toTextHash(text: string): string {
  return createHash('sha256').update(text.replace(REFERENCE, '').normalize('NFC').replace(/\s+/gu, ' ').trim()).digest('hex');
}

function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
