/** When, if ever, a failed call is worth repeating. */
export type Retry =
  | { readonly kind: 'never' }
  | { readonly kind: 'backoff' }
  /** The remote system named the delay, in milliseconds. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Credentials or permissions are wrong for every call, not only this one: a person must mend the connection. */
  | { readonly kind: 'reauth' };

/** Stable codes of what went wrong in a remote call. docs/operations.md says of each what to do. */
export const CONNECTOR_ERROR_CODES = [
  'throttled',
  'unavailable',
  'timeout',
  'network',
  'unauthorized',
  'forbidden',
  'not_found',
  /** The record is of live mode and the key of test mode, or the other way round. */
  'wrong_mode',
  /** The key may not act for the connected account that the record belongs to; other accounts are not concerned. */
  'no_account_access',
  'conflict',
  'invalid',
  /** Refused with a status or word that we do not know: unknown does not mean final, so it is tried again a few times. */
  'unknown_refusal',
  'unreadable_answer',
  'too_large',
  'blocked_address',
  'unsupported',
  'send_window_closed',
] as const;

export type ConnectorErrorCode = (typeof CONNECTOR_ERROR_CODES)[number];

/** What is known of a failed remote call. Never holds a secret, a body or personal data. */
export interface ConnectorErrorData {
  readonly code: ConnectorErrorCode;
  readonly retry: Retry;
  /** The connection's name, such as `helpdesk`. */
  readonly connection: string;
  /** What was attempted, such as `POST /v1/conversations/:id/messages`. */
  readonly operation: string;
  readonly status?: number;
  readonly requestId?: string;
  /** What a person can do about it. */
  readonly hint: string;
  /** The request may have reached the other side and been carried out. */
  readonly ambiguous: boolean;
}

/** A failed remote call: the one error type that connectors throw. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly data: ConnectorErrorData;

  constructor(data: ConnectorErrorData, options?: { cause?: unknown }) {
    const status = data.status === undefined ? '' : ` (HTTP ${data.status})`;
    const id = data.requestId === undefined ? '' : ` [request ${data.requestId}]`;
    super(`${data.connection}: ${data.operation} failed: ${data.code}${status}${id}. ${data.hint}`, options);
    this.data = data;
  }
}
