import { z } from 'zod';
import { untilNextMinute } from '../../call/retry-after.ts';
import type { Secret } from '../../../model/secret.ts';
import type { Refused, Verdict } from '../../call/status-table.ts';

const errorBody = z.object({ error: z.string() });

/** How calls to Deskwoot are authenticated. */
export function deskwootHeaders(token: Secret): { readonly [name: string]: string } {
  return { authorization: `Bearer ${token.reveal()}` };
}

/** Deskwoot says `{error: "text"}`; the text names records, so it goes nowhere. https://deskwoot.com/docs/api (Errors) */
export function explainDeskwoot(refused: Refused): Partial<Verdict> | null {
  switch (refused.status) {
    case 401:
      return {
        hint: 'Deskwoot does not accept the token. Make a new one under Settings > API Tokens; API access needs the Enterprise plan.',
      };
    case 402:
    case 403:
      return {
        hint: 'The Deskwoot token lacks the scope for this call, or the plan lacks the feature. Compare its scopes under Settings > API Tokens.',
      };
    case 404:
      return isSpoken(refused) ? null : { code: 'unsupported' };
    case 429:
      // 60 requests a minute per token in a fixed window; Retry-After is promised but not everywhere documented.
      return refused.headers['retry-after'] === undefined ? { retry: { kind: 'after', ms: untilNextMinute(refused.nowMs) } } : null;
    default:
      return null;
  }
}

function isSpoken(refused: Refused): boolean {
  return errorBody.safeParse(refused.json).success;
}
