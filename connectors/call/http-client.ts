import { AddressBlockedError, createAddressGuard, createGuardedAgent } from './address-guard.ts';
import { ConnectorError } from './errors.ts';
import { WireError, exchange } from './exchange.ts';
import { parseHttpDate, withJitter } from './retry-after.ts';
import { judgeStatus } from './status-table.ts';
import type { Dispatcher } from 'undici';
import type { ConnectorErrorData } from './errors.ts';
import type { WireAnswer, WireFailure } from './exchange.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http.ts';
import type { Refused, Verdict } from './status-table.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 5 * 1024 * 1024;
const MAX_REQUEST_ID = 100;
const USUAL_REQUEST_ID_HEADER = 'x-request-id';

/** How a vendor's calls are authenticated, and how its refusals read. */
export interface VendorHttp {
  /** Headers of every request; called for each, so that a renewed token is used at once. */
  readonly headers: () => { readonly [name: string]: string };
  /** Refines the verdict on a refusal by what the vendor's body says; null: the status says it all. */
  readonly explain?: (refused: Refused) => Partial<Verdict> | null;
  /** The header in which the system names a request, in lower case; default `x-request-id`. */
  readonly requestIdHeader?: string;
}

export interface HttpClientOptions extends VendorHttp {
  /** The connection's name, for errors. */
  readonly connection: string;
  /** An origin such as `https://api.stripe.com`; requests never leave it. */
  readonly baseUrl: string;
  /** The shared guarded agent. Left out: one of its own that trusts `baseUrl`. */
  readonly dispatcher?: Dispatcher;
  /** From the start of a call to the end of its answer. Default 10 s. */
  readonly timeoutMs?: number;
  /** The largest answer that is read. Default 5 MB. */
  readonly maxBytes?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly random?: () => number;
  /** See `HttpClient`. */
  readonly onOutcome?: HttpClient['onOutcome'];
}

/** What has gone wrong apart from where: the rest of the error is the same for all. */
type Fault = Omit<ConnectorErrorData, 'connection' | 'operation' | 'ambiguous'> & { readonly carriedOut: boolean };

/** Creates the client of one connection. Every failure is a ConnectorError; it neither retries nor follows redirects. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = new URL(options.baseUrl);
  const dispatcher = options.dispatcher ?? createGuardedAgent(createAddressGuard({ trustedOrigins: [base.origin] }));
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;

  const request = async (call: HttpRequest): Promise<HttpAnswer> => {
    const url = toUrl(base, call);
    if (url.origin !== base.origin) throw toError(options, call, blocked());
    if (isPast(call.sendBy)) throw toError(options, call, fromWireFailure('late', false));
    const headers = { accept: 'application/json', 'user-agent': 'deskbridge', ...contentType(call), ...options.headers(), ...call.headers };
    const answer = await exchange(dispatcher, {
      origin: url.origin,
      path: url.pathname + url.search,
      method: call.method,
      headers,
      body: toBody(call),
      timeoutMs,
      maxBytes: maxBytesOf(options, call),
      sendBy: call.sendBy ?? null,
    }).catch((error: unknown) => {
      throw toError(options, call, fromThrown(options, call, error), error);
    });
    if (answer.status < 200 || answer.status >= 300) throw toError(options, call, fromRefusal(options, call, answer));
    return { status: answer.status, headers: answer.headers, body: answer.body, json: () => readJson(options, call, answer) };
  };
  return { request, timeoutMs, ...(options.onOutcome === undefined ? {} : { onOutcome: options.onOutcome }) };
}

function maxBytesOf(options: HttpClientOptions, call: HttpRequest): number {
  return call.maxBytes ?? options.maxBytes ?? MAX_BYTES;
}

function toUrl(base: URL, call: HttpRequest): URL {
  const url = new URL(call.path, base);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}

function isPast(sendBy: number | undefined): boolean {
  return sendBy !== undefined && performance.now() > sendBy;
}

function contentType(call: HttpRequest): { readonly [name: string]: string } {
  if (call.json !== undefined) return { 'content-type': 'application/json' };
  return call.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
}

function toBody(call: HttpRequest): string | null {
  if (call.json !== undefined) return JSON.stringify(call.json);
  return call.form === undefined ? null : new URLSearchParams({ ...call.form }).toString();
}

function fromRefusal(options: HttpClientOptions, call: HttpRequest, answer: WireAnswer): Fault {
  const nowMs = parseHttpDate(answer.headers['date']) ?? (options.now ?? Date.now)();
  const refused = { status: answer.status, headers: answer.headers, json: tryJson(answer), route: call.route, nowMs };
  const verdict = { ...judgeStatus(refused), ...options.explain?.(refused) };
  const { retry } = verdict;
  const spread = retry.kind === 'after' ? { kind: 'after' as const, ms: withJitter(retry.ms, options.random ?? Math.random) } : retry;
  return { ...verdict, retry: spread, status: answer.status, ...requestId(options, answer.headers) };
}

function fromThrown(options: HttpClientOptions, call: HttpRequest, error: unknown): Fault {
  if (!(error instanceof WireError)) return fromWireFailure('network', false);
  if (error.cause instanceof AddressBlockedError) return blocked();
  if (isBadHeader(error.cause)) {
    return {
      code: 'invalid',
      retry: { kind: 'never' },
      hint: 'A header is not allowed in HTTP. Look for a line break or blank in the token or key.',
      carriedOut: false,
    };
  }
  const begun = error.begun === null ? {} : { status: error.begun.status, ...requestId(options, error.begun.headers) };
  const fault = fromWireFailure(error.failure, error.sent);
  return { ...fault, ...(error.failure === 'too_large' ? { hint: tooLarge(error, maxBytesOf(options, call)) } : {}), ...begun };
}

function fromWireFailure(failure: WireFailure, sent: boolean): Fault {
  const backoff = { kind: 'backoff' } as const;
  switch (failure) {
    case 'late':
      return {
        code: 'send_window_closed',
        retry: backoff,
        hint: 'The time in which it might be sent was over, nothing was sent; it is tried again.',
        carriedOut: false,
      };
    case 'timeout':
      return { code: 'timeout', retry: backoff, hint: 'No complete answer in time; it is tried again.', carriedOut: sent };
    case 'too_large':
      return { code: 'too_large', retry: { kind: 'never' }, hint: 'The answer is larger than is read.', carriedOut: sent };
    case 'network':
      return {
        code: 'network',
        retry: backoff,
        hint: sent
          ? 'The connection broke before the answer was complete; it is tried again.'
          : 'No connection. Check baseUrl, DNS and firewall; it is tried again.',
        carriedOut: sent,
      };
  }
}

function tooLarge(error: WireError, maxBytes: number): string {
  const told = Number(error.begun?.headers['content-length'] ?? NaN);
  const size = Number.isFinite(told)
    ? `The answer has ${told} bytes, and at most ${maxBytes} are read.`
    : `The answer has more than the ${maxBytes} bytes that are read.`;
  return `${size} Look for something unusually large in the record; then skip, or report it.`;
}

function blocked(): Fault {
  return {
    code: 'blocked_address',
    retry: { kind: 'never' },
    hint: 'Only public addresses over http or https are called. If this one is meant, name its origin as the baseUrl of the connection.',
    carriedOut: false,
  };
}

function readJson(options: HttpClientOptions, call: HttpRequest, answer: WireAnswer): unknown {
  const json = tryJson(answer);
  if (json !== undefined) return json;
  const hint = 'The answer is not JSON. Check that baseUrl leads to the system itself and not to a login page or proxy.';
  throw toError(options, call, {
    code: 'unreadable_answer',
    retry: { kind: 'backoff' },
    hint,
    status: answer.status,
    carriedOut: true,
    ...requestId(options, answer.headers),
  });
}

/** The body as JSON; undefined where the content type or the text says otherwise. */
function tryJson(answer: WireAnswer): unknown {
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(answer.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function requestId(
  { requestIdHeader }: HttpClientOptions,
  headers: { readonly [name: string]: string | undefined },
): { readonly requestId?: string } {
  const found = headers[requestIdHeader ?? USUAL_REQUEST_ID_HEADER];
  // The value is shown to people: nothing but what ids are made of.
  return found === undefined || found.length > MAX_REQUEST_ID || !/^[\w.:/=+-]+$/.test(found) ? {} : { requestId: found };
}

function isBadHeader(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_INVALID_ARG';
}

function toError(options: HttpClientOptions, call: HttpRequest, fault: Fault, cause?: unknown): ConnectorError {
  const { carriedOut, ...data } = fault;
  const isWrite = call.write ?? call.method !== 'GET';
  const operation = `${call.method} ${call.route}`;
  return new ConnectorError(
    { ...data, connection: options.connection, operation, ambiguous: carriedOut && isWrite },
    cause === undefined ? undefined : { cause: causeCode(cause) },
  );
}

/** The system's error code alone: undici's errors can hold parts of the request. */
function causeCode(error: unknown): unknown {
  const inner = error instanceof WireError ? error.cause : error;
  return inner instanceof Error ? new Error('code' in inner && typeof inner.code === 'string' ? inner.code : inner.name) : undefined;
}
