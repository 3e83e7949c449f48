import { isRepeated, headerText } from '../headers.ts';
import { refuse } from '../match-secrets.ts';
import { isToken } from '../shared-token.ts';
import { shownToken } from './token.ts';
import type { RawRequest, Verification } from '../connector.ts';
import type { WotnotSettings } from './config.ts';

const HEADERS = ['authorization', 'token'] as const;

/**
 * WotNot signs nothing: the token counts wherever it is shown, which is the end of the path, a header, or the body
 * (the token set with the webhook, WotNot public API, "Set webhook URL for Events feature").
 */
export function verifyWotnot(request: RawRequest, settings: WotnotSettings): Verification {
  const { webhookToken } = settings;
  if (webhookToken === undefined) return refuse('token_mismatch');
  if (HEADERS.some((name) => isRepeated(request, name))) return refuse('header_repeated');
  const places = [
    headerText(request, ':path-token'),
    bearer(headerText(request, 'authorization')),
    headerText(request, 'token'),
    shownToken(request),
  ];
  const shown = places.flatMap((place) => place ?? []);
  if (shown.length === 0) return refuse('header_missing');
  const matches = shown.map((token) => isToken(webhookToken, token));
  return matches.includes(true) ? { ok: true, secretIndex: 0 } : refuse('token_mismatch');
}

function bearer(value: string | null): string | null {
  return value === null ? null : value.replace(/^Bearer +/i, '');
}
