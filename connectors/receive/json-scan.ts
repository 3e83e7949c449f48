/** Nesting that is read: far above any sender's, far below what hurts. */
const MAX_DEPTH = 64;
/** Keys of one object. */
const MAX_KEYS = 10_000;
/** Keys of the whole body: a Shopify order with hundreds of lines has some ten thousand. */
const MAX_KEYS_IN_ALL = 100_000;
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/;
/** Integers of fewer characters are always safe. */
const SAFE_LENGTH = 15;

/** What a pass over JSON text found: a limit that it breaks, or where integers stand that a number would round. */
export type JsonScan = { readonly ok: false; readonly problem: string } | { readonly ok: true; readonly unsafe: readonly Span[] };

/** A part of the text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Looks over JSON text without building anything, so that limits hold before memory is spent. Says nothing about
 * whether the text is well-formed.
 */
export function scanJson(text: string): JsonScan {
  const keys: number[] = [];
  const unsafe: Span[] = [];
  let keysInAll = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') {
      at = endOfString(text, at);
    } else if (character === '{' || character === '[') {
      keys.push(0);
      if (keys.length > MAX_DEPTH) return { ok: false, problem: `nested deeper than ${MAX_DEPTH} levels` };
    } else if (character === '}' || character === ']') {
      keys.pop();
    } else if (character === ':') {
      const here = (keys.pop() ?? 0) + 1;
      keys.push(here);
      keysInAll += 1;
      if (here > MAX_KEYS || keysInAll > MAX_KEYS_IN_ALL)
        return { ok: false, problem: `more than ${MAX_KEYS} keys in an object or ${MAX_KEYS_IN_ALL} in all` };
    } else if (isNumberPart(character)) {
      const end = endOfNumber(text, at);
      if (isUnsafe(text.slice(at, end))) unsafe.push({ start: at, end });
      at = end - 1;
    }
  }
  return { ok: true, unsafe };
}

/** The text with the given spans put between quotation marks. */
export function quoteSpans(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(from, start), '"', text.slice(start, end), '"');
    from = end;
  }
  return parts.join('') + text.slice(from);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isNumberPart(character: string): boolean {
  return (
    (character >= '0' && character <= '9') ||
    character === '-' ||
    character === '+' ||
    character === '.' ||
    character === 'e' ||
    character === 'E'
  );
}

function endOfNumber(text: string, start: number): number {
  let at = start;
  while (at < text.length && isNumberPart(text[at] ?? '')) at += 1;
  return at;
}

function isUnsafe(token: string): boolean {
  return token.length > SAFE_LENGTH && INTEGER.test(token) && !Number.isSafeInteger(Number(token));
}
