import { oneHeader } from './headers.ts';
import type { RawRequest } from '../connector.ts';

/** The media types that senders use. */
export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The content type in lower case without its parameters (`; charset=…`); null where it is missing, empty or repeated. */
export function mediaTypeOf(request: RawRequest): string | null {
  const header = oneHeader(request, 'content-type');
  if (!header.ok) return null;
  const semicolon = header.value.indexOf(';');
  const type = (semicolon < 0 ? header.value : header.value.slice(0, semicolon)).trim().toLowerCase();
  return type === '' ? null : type;
}
