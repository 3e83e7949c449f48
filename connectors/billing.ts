import type { Money } from './money.ts';

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

/** What flows ask of a billing system. */
export interface BillingClient {
  probe(): Promise<void>;
  readInvoice(id: string): Promise<Invoice | null>;
}
