import { createHash } from 'node:crypto';
import type { Json } from '../../model/json.ts';

const LONGEST_INDEXED_CHARACTERS = 400;
const KEPT_CHARACTERS = 300;
/** NUL, and surrogates without their other half: PostgreSQL refuses both (22021, 22P05, 22P02). */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** Foreign text as PostgreSQL can hold it; the same text always gives the same result. */
export function toStoredText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/** Like `toStoredText`, and short enough for an index: long text is cut and told apart by its SHA-256. */
export function toIndexedText(text: string): string {
  const stored = toStoredText(text);
  if (stored.length <= LONGEST_INDEXED_CHARACTERS) return stored;
  const hash = createHash('sha256').update(stored).digest('hex');
  return `${toStoredText(stored.slice(0, KEPT_CHARACTERS))}~${hash}`;
}

/** A value as the text of a `jsonb` parameter. */
export function toStoredJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => storablePart(part));
}

/** Narrows what a `jsonb` column gave. */
export function isJson(value: unknown): value is Json {
  if (value === null) return true;
  return ['string', 'number', 'boolean', 'object'].includes(typeof value);
}

function storablePart(part: unknown): unknown {
  if (typeof part === 'string') return toStoredText(part);
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [toStoredText(name), inner]));
}
