/** An invoice, read again. Amounts are whole minor units of the currency. */
export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: string | null;
  readonly customerId: string;
  readonly customerName: string | null;
  readonly customerEmail: string | null;
  readonly customerPhone: string | null;
  readonly amountDue: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
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
