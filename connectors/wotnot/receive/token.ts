import { decodeUtf8, readJsonObject } from '../../receive/json-body.ts';
import { request as requestSchema } from './schema.ts';
import type { RawRequest } from '../../connector.ts';

/** A body of a token alone is no longer than this. */
const MAX_TOKEN_BYTES = 1000;

/** The token in a body: the field `token`, or the whole body where it is short plain text; null: none. */
export function shownToken(request: RawRequest): string | null {
  const json = readJsonObject(request.body);
  if (json.ok) return requestSchema.parse(json.value).token;
  if (request.body.length > MAX_TOKEN_BYTES) return null;
  const text = decodeUtf8(request.body)?.trim() ?? '';
  return /^[\x21-\x7e]+$/.test(text) ? text : null;
}
