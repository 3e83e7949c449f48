import { fromStripeAmount } from './money.ts';
import type { Invoice } from '../../ports/billing.ts';
import type { WireInvoice } from '../call/wire.ts';

const DASHBOARD = 'https://dashboard.stripe.com';

/** What the customer's record says today goes before what the invoice froze when it was finalised. */
export function fromWireInvoice(wire: WireInvoice, account: string | null): Invoice {
  const next = wire.next_payment_attempt ?? null;
  const customer = wire.customer ?? null;
  return {
    id: wire.id,
    number: wire.number,
    status: wire.status,
    customerId: customer?.id ?? wire.customer_account,
    customerName: customer?.name ?? wire.customer_name,
    customerEmail: customer?.email ?? wire.customer_email,
    customerPhone: customer?.phone ?? wire.customer_phone,
    due: fromStripeAmount(wire.amount_due, wire.currency),
    attemptCount: wire.attempt_count,
    nextAttemptAt: next === null ? null : new Date(next * 1000).toISOString(),
    url: wire.hosted_invoice_url,
    dashboardUrl: dashboardUrl(wire, account),
  };
}

function dashboardUrl({ id, livemode }: WireInvoice, account: string | null): string {
  const tenant = account === null ? '' : `/${encodeURIComponent(account)}`;
  return `${DASHBOARD}${tenant}${livemode ? '' : '/test'}/invoices/${encodeURIComponent(id)}`;
}
