import { parseRetryAfter } from './retry-after.ts';
import type { Retry } from './errors.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';

/** The one place where an HTTP status becomes a code and a retry decision; connectors refine it with what their vendor's bodies tell. */

/** An answer with a status other than 2xx, as a connector sees it to refine the verdict. */
export interface Refused {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  /** The body as JSON; undefined where it isn't. Free text in it may be personal: only known codes may go into an error. */
  readonly json: unknown;
  readonly route: string;
  /** Epoch milliseconds, by the remote clock where it tells. */
  readonly nowMs: number;
}

/** What a refusal means. */
export interface Verdict {
  readonly code: ConnectorErrorCode;
  readonly retry: Retry;
  readonly hint: string;
  /** Whether the write may have been carried out all the same. */
  readonly carriedOut: boolean;
}

const NEVER: Retry = { kind: 'never' };
const BACKOFF: Retry = { kind: 'backoff' };
/** Statuses by which RFC 9110 and its like say that this very request will never do. Others of 4xx may be a proxy's, or pass. */
const FINAL = new Set([400, 406, 411, 412, 414, 415, 416, 417, 422, 426, 428, 431, 451]);

/** What an answer's status means on its own. */
export function judgeStatus(refused: Refused): Verdict {
  const { status } = refused;
  if (status >= 500 && status !== 501)
    return { ...busy(refused, 'unavailable', 'The remote system failed; it is tried again.'), carriedOut: true };
  if (status === 408)
    return { ...busy(refused, 'timeout', 'The remote system gave up waiting for the request; it is tried again.'), carriedOut: true };
  if (status === 429) return busy(refused, 'throttled', 'Too many requests; it is tried again when the limit allows.');
  if (status === 425) return busy(refused, 'unavailable', 'The remote system was not ready for the request; it is tried again.');
  if (status < 400)
    return final('unsupported', 'The address answers with a redirect, which is not followed. Set baseUrl to the address it leads to.');
  return client(refused);
}

function client(refused: Refused): Verdict {
  switch (refused.status) {
    case 401:
      return {
        ...final('unauthorized', 'Check the token or key of this connection; it may have expired or been revoked.'),
        retry: { kind: 'reauth' },
      };
    case 402:
      return final('forbidden', 'The plan of the account does not include this.');
    case 403:
      return spoken(refused, final('forbidden', 'Give the token or key the permission for this call.'));
    case 404:
      return missing(refused);
    case 409:
      return final('conflict', 'The record exists already or was changed meanwhile.');
    case 410:
      return final('not_found', 'The record is gone.');
    case 413:
      return final('too_large', 'The remote system takes no request of this size.');
    case 405:
    case 501:
      return final('unsupported', 'The remote system has no such call.');
    default:
      return FINAL.has(refused.status)
        ? final('invalid', 'The remote system does not accept these values.')
        : {
            ...final('unknown_refusal', `Nothing is known of the status ${refused.status} here; it is tried again a few times.`),
            retry: BACKOFF,
          };
  }
}

/** A vendor answers an unknown record in JSON; a page that isn't means that nothing of the vendor's listens there. */
function missing(refused: Refused): Verdict {
  if (refused.json !== undefined) return final('not_found', 'There is no such record, or the token may not see it.');
  return spoken(
    refused,
    final('unsupported', 'Nothing answers at this address as the vendor would. Check baseUrl: an origin, without a path.'),
  );
}

/** A refusal that isn't JSON comes from a proxy, a firewall or a deployment under way, and not from the vendor: it may pass. */
function spoken(refused: Refused, verdict: Verdict): Verdict {
  return refused.json === undefined ? { ...verdict, retry: BACKOFF } : verdict;
}

function busy(refused: Refused, code: ConnectorErrorCode, hint: string): Verdict {
  const ms = parseRetryAfter(refused.headers['retry-after'], refused.nowMs);
  return { code, retry: ms === null ? BACKOFF : { kind: 'after', ms }, hint, carriedOut: false };
}

function final(code: ConnectorErrorCode, hint: string): Verdict {
  return { code, retry: NEVER, hint, carriedOut: false };
}
