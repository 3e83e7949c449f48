import type { RequestHead } from '../connector.ts';

/** A header that must come exactly once; an empty value counts as missing. */
export type OneHeader =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: 'header_missing' | 'header_repeated' };

/** Reads a header by its lower-case name. Repeated values are never joined or chosen from: two copies are a refusal. */
export function oneHeader(request: RequestHead, name: string): OneHeader {
  const values = request.headers.get(name) ?? [];
  if (values.length > 1) return { ok: false, reason: 'header_repeated' };
  const value = values[0] ?? '';
  return value === '' ? { ok: false, reason: 'header_missing' } : { ok: true, value };
}

/** A header's value; null where it is missing, empty or repeated. */
export function headerText(request: RequestHead, name: string): string | null {
  const header = oneHeader(request, name);
  return header.ok ? header.value : null;
}

/** Whether a header came more than once. */
export function isRepeated(request: RequestHead, name: string): boolean {
  return (request.headers.get(name)?.length ?? 0) > 1;
}
