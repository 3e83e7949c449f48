import { quoteSpans, scanJson } from './json-scan.ts';

/** A body as an object of our own, or why it is none. The problem never quotes the body. */
export type JsonBody = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly problem: string };

/**
 * Reads a JSON object from verified bytes: strict UTF-8, a byte order mark dropped, bounded depth and keys. Integers
 * that a number cannot hold come as text with all their digits, because they are ids.
 */
export function readJsonObject(body: Buffer): JsonBody {
  const text = decodeUtf8(body);
  if (text === null) return { ok: false, problem: 'the body is not UTF-8' };
  return parseJsonObject(text);
}

/** The same from text, such as a form field that holds JSON. */
export function parseJsonObject(text: string): JsonBody {
  if (text.trim() === '') return { ok: false, problem: 'the body is empty' };
  const scan = scanJson(text);
  if (!scan.ok) return { ok: false, problem: `the body is ${scan.problem}` };
  let value = parse(text);
  if (value !== undefined && scan.unsafe.length > 0) value = parse(quoteSpans(text, scan.unsafe));
  if (value === undefined) return { ok: false, problem: 'the body is not JSON' };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, problem: 'the body is JSON, but not an object' };
  return { ok: true, value };
}

/** The text of UTF-8 bytes without a byte order mark; null where the bytes are no UTF-8. */
export function decodeUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
