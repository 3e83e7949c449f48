import { isRepeated, headerText } from '../../receive/headers.ts';
import { endWith, knownByHead, refuse } from '../../receive/match-secrets.ts';
import { isToken } from '../../receive/shared-token.ts';
import { shownToken } from './token.ts';
import type { BegunVerification, RawRequest, RequestHead, Verification } from '../../connector.ts';
import type { WotnotSettings } from '../config.ts';

const HEADERS = ['authorization', 'token'] as const;

/** A token in a body is looked for in bodies up to this size: reading JSON is what a stranger could make us do. */
const MAX_SEARCHED_BYTES = 1_000_000;

/**
 * WotNot signs nothing: the token counts wherever it is shown, which is the end of the path, a header, or the body
 * (the token set with the webhook, WotNot public API, "Set webhook URL for Events feature"). The body is read last, and
 * only where nothing else shows a token that is right.
 */
export function verifyWotnot(request: RawRequest, settings: WotnotSettings): Verification {
  const byHead = beginVerifyWotnot(request, settings);
  if ('update' in byHead || byHead.reason === 'header_repeated' || settings.webhookToken === undefined)
    return endWith(byHead, request.body);
  const shown = request.body.length > MAX_SEARCHED_BYTES ? null : shownToken(request);
  if (shown === null) return byHead;
  return isToken(settings.webhookToken, shown) ? { ok: true, secretIndex: 0 } : refuse('token_mismatch');
}

/** What path and headers show; a body that is not kept is not searched. */
export function beginVerifyWotnot(request: RequestHead, { webhookToken }: WotnotSettings): BegunVerification {
  if (webhookToken === undefined) return refuse('token_mismatch');
  if (HEADERS.some((name) => isRepeated(request, name))) return refuse('header_repeated');
  const places = [headerText(request, ':path-token'), bearer(headerText(request, 'authorization')), headerText(request, 'token')];
  const shown = places.flatMap((place) => place ?? []);
  if (shown.length === 0) return refuse('header_missing');
  const matches = shown.map((token) => isToken(webhookToken, token));
  return matches.includes(true) ? knownByHead(0) : refuse('token_mismatch');
}

function bearer(value: string | null): string | null {
  return value === null ? null : value.replace(/^Bearer +/i, '');
}
