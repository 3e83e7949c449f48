import type { SenderHabits } from '../connectors/connector.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** Seconds after which a sender may try again when we could not take its request. */
const RETRY_AFTER_S = 5;

/** One HTTP answer, complete but for the headers Node.js adds. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** Text of an answer that isn't 2xx: what is wrong, what was expected, what to do. Never holds input. */
interface Explanation {
  readonly error: string;
  readonly expected?: string;
  readonly action?: string;
}

interface Row {
  /** `sender`: the status that makes this sender try again. `outcome`: the reading named it. */
  readonly status: number | 'sender' | 'outcome';
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Explanation;
}

const SEE_LOG = "Look for this request in the receiver's log by its time; the line names the problem.";
const TRY_LATER = 'Send the same request again after the seconds in Retry-After.';
const RETRY = { 'retry-after': String(RETRY_AFTER_S) } as const;

const TOO_LARGE: Explanation = {
  error: 'body_too_large',
  expected: "a body within the receiver's limit",
  action: "Send less in one request, or raise the limit in the receiver's configuration.",
};

/** The one place that decides what a verdict is answered. 2xx bodies are empty: Slack shows a slash command's body to its user. */
const TABLE: { readonly [V in Verdict]: Row } = {
  accepted: { status: 200 },
  duplicate: { status: 200 },
  ignored: { status: 200 },
  handshake: { status: 200 },
  parked: { status: 200 },
  probe: { status: 200 },
  refused: { status: 401, body: { error: 'unauthorized' } },
  foreign: {
    status: 403,
    body: {
      error: 'other_tenant',
      expected: 'an event of the account this connection is configured for',
      action: 'Point the sender of the other account at a connection of its own.',
    },
  },
  unusable: {
    status: 'outcome',
    body: { error: 'unusable_request', expected: 'the headers, content type and JSON body that this sender documents', action: SEE_LOG },
  },
  oversized: { status: 413, body: TOO_LARGE },
  too_large: { status: 413, body: TOO_LARGE },
  too_slow: {
    status: 408,
    body: {
      error: 'body_too_slow',
      expected: 'a body that comes whole within 10 s and without long pauses',
      action: 'Check the network between the sender and this server.',
    },
  },
  too_many_headers: {
    status: 431,
    body: {
      error: 'too_many_headers',
      expected: 'at most 100 header lines and 16 kB of headers',
      action: 'Check what the proxies in between add.',
    },
  },
  encoded: {
    status: 415,
    headers: { 'accept-encoding': 'identity' },
    body: {
      error: 'content_encoding',
      expected: 'a body without Content-Encoding',
      action: 'Switch off request compression at the sender or the proxy in between.',
    },
  },
  wrong_method: {
    status: 405,
    headers: { allow: 'POST, HEAD' },
    body: { error: 'method_not_allowed', expected: 'POST', action: 'Configure the sender to POST to this address.' },
  },
  unknown_path: {
    status: 404,
    body: {
      error: 'not_found',
      expected: 'POST /webhooks/<connection>, exactly, without a trailing slash',
      action: "Compare the address with the connection's name in the configuration.",
    },
  },
  aborted: { status: 400, body: { error: 'incomplete_request' } },
  busy: { status: 'sender', headers: RETRY, body: { error: 'busy', expected: 'fewer requests at a time', action: TRY_LATER } },
  unavailable: {
    status: 'sender',
    headers: RETRY,
    body: { error: 'unavailable', expected: 'a store that can be written', action: TRY_LATER },
  },
  misconfigured: {
    status: 503,
    headers: RETRY,
    body: {
      error: 'connection_not_ready',
      expected: 'a connection with its secret configured',
      action: 'Run the configuration check; it names what is missing.',
    },
  },
  failed: { status: 500, headers: RETRY, body: { error: 'internal', expected: 'no error on our side', action: SEE_LOG } },
};

/** What (sender habits × verdict) is answered; habits are undefined where no connection is named by the path. */
export function answerTo(outcome: Outcome, habits: SenderHabits | undefined): HttpAnswer {
  const row = TABLE[outcome.verdict];
  const status = statusOf(row.status, outcome, habits);
  if (outcome.answer)
    return { status, headers: { 'content-type': `${outcome.answer.contentType}; charset=utf-8` }, body: outcome.answer.body };
  if (!row.body) return { status, headers: { ...row.headers }, body: '' };
  return { status, headers: { ...row.headers, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(row.body) };
}

function statusOf(status: Row['status'], outcome: Outcome, habits: SenderHabits | undefined): number {
  if (status === 'sender') return habits?.unavailable ?? 503;
  if (status === 'outcome') return outcome.status ?? 400;
  return status;
}
