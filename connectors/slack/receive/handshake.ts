import { FORM_TYPE, mediaTypeOf } from '../../receive/media-type.ts';
import { decodeUtf8 } from '../../receive/json-body.ts';
import type { Answer, RawRequest } from '../../connector.ts';

/** Bytes of a certificate check that are looked at: the real one has some fifty. */
const MAX_CHECK_BYTES = 4096;

/**
 * Slack's unsigned check of our certificate: a form with exactly `ssl_check=1`. Whatever else is in the form is ignored
 * (docs.slack.dev/interactivity/implementing-slash-commands).
 */
export function slackHandshake(request: RawRequest): Answer | null {
  if (mediaTypeOf(request) !== FORM_TYPE || request.body.length > MAX_CHECK_BYTES) return null;
  const text = decodeUtf8(request.body);
  if (text === null) return null;
  const values = new URLSearchParams(text).getAll('ssl_check');
  return values.length === 1 && values[0] === '1' ? { contentType: 'text/plain', body: '' } : null;
}
