import type { Money } from '../../model/money.ts';

/** An invoice, read again. */
export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: string | null;
  /** The customer, or the account that stands for one; null: a person known by the address alone. */
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly customerEmail: string | null;
  readonly customerPhone: string | null;
  readonly due: Money;
  readonly attemptCount: number;
  /** ISO 8601, UTC; null where no further attempt is planned. */
  readonly nextAttemptAt: string | null;
  /** The page on which the customer can pay. */
  readonly url: string | null;
  /** The invoice in the vendor's dashboard. */
  readonly dashboardUrl: string;
}

/** An invoice as an event names it. */
export interface InvoiceRef {
  readonly id: string;
  /** The connected account that it belongs to; null: the key's own. */
  readonly account: string | null;
  /** The same as the vendor's own text, where an event names no account but that; null: neither. */
  readonly context: string | null;
  /** Whether it is of live mode; null: not known. */
  readonly livemode: boolean | null;
}

/** What flows ask of a billing system. */
export interface BillingClient {
  probe(): Promise<void>;
  /** null: the account has no such invoice, or does not show it yet. Throws ConnectorError `wrong_mode` where the key cannot see it. */
  readInvoice(by: InvoiceRef): Promise<Invoice | null>;
}
