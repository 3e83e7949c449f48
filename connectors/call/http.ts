import type { ConnectorError } from './errors.ts';
import type { Json } from '../../model/json.ts';

/** One call to a remote system. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the connection's origin, with its leading slash. */
  readonly path: string;
  /** The path with its ids left out (`/v1/conversations/:id/messages`): the name used in errors and metrics. */
  readonly route: string;
  readonly query?: { readonly [name: string]: string | number | boolean | undefined };
  readonly headers?: { readonly [name: string]: string };
  readonly json?: Json;
  readonly form?: { readonly [name: string]: string };
  /** Whether a lost answer may mean that the call was carried out. Default: true unless GET. */
  readonly write?: boolean;
  /** Milliseconds of `performance.now()` after which the request must not be put on the wire. */
  readonly sendBy?: number;
  /** The largest answer that is read, in bytes, where it is not what the connection's client reads. */
  readonly maxBytes?: number;
}

/** What is read of an answer that holds messages: whole e-mails with their HTML, some of them twice. */
export const MESSAGES_MAX_BYTES = 32 * 1024 * 1024;

/** A complete answer with status 2xx. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
  /** The body as JSON; throws ConnectorError `unreadable_answer` where it isn't. */
  json(): unknown;
}

/** How a call ended, by its whole answer. */
export interface CallOutcome {
  /** null: the answer could be used. */
  readonly error: ConnectorError | null;
  /** Whether it was to change something. */
  readonly write: boolean;
}

/** Calls one connection's origin: time-outs, size limit, redaction, answer → ConnectorError; never retries. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Milliseconds until a request that has been put on the wire is given up. */
  readonly timeoutMs: number;
  /** Told of every call once its answer was read; must not throw. It is told by the caller, since some vendors say failures in a 200. */
  readonly onOutcome?: (outcome: CallOutcome) => void;
}
