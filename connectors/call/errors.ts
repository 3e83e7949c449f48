/** When, if ever, a failed call is worth repeating. */

import type { ConnectorErrorCode } from '../../model/step-codes.ts';

/** When, if ever, a failed call is worth repeating. */
export type Retry =
  | { readonly kind: 'never' }
  | { readonly kind: 'backoff' }
  /** The remote system named the delay, in milliseconds. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Credentials or permissions are wrong for every call, not only this one: a person must mend the connection. */
  | { readonly kind: 'reauth' };

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
