import type { TopicFacts } from '../../connector.ts';

type Topics = { readonly [topic: string]: TopicFacts };

const SURE = { livemode: 'boolean', 'object.id': 'string', 'object.type': 'string' } as const;
/** What snapshot events tell of an invoice and thin ones do not. */
const OF_INVOICE = {
  'customer.id': 'string',
  'invoice.customer': 'string',
  'invoice.amountDue': 'string',
  'invoice.currency': 'string',
  'invoice.attemptCount': 'number',
} as const;
const INVOICE = { facts: { ...SURE, 'invoice.id': 'string' }, maybe: OF_INVOICE } as const;
const CUSTOMER = { facts: { ...SURE, 'customer.id': 'string' } } as const;
const OTHER = { facts: SURE, maybe: { 'customer.id': 'string' } } as const;

/** Event types that help a support team (docs.stripe.com/api/events/types). */
export const STRIPE_TOPICS: Topics = {
  'invoice.payment_failed': INVOICE,
  'invoice.payment_action_required': INVOICE,
  'invoice.paid': INVOICE,
  'invoice.overdue': INVOICE,
  'invoice.finalization_failed': INVOICE,
  'invoice.marked_uncollectible': INVOICE,
  // A preview of an invoice has no id yet.
  'invoice.upcoming': { facts: { livemode: 'boolean' }, maybe: { 'object.type': 'string', ...OF_INVOICE } },
  'customer.created': CUSTOMER,
  'customer.updated': CUSTOMER,
  'customer.deleted': CUSTOMER,
  'customer.subscription.created': OTHER,
  'customer.subscription.updated': OTHER,
  'customer.subscription.deleted': OTHER,
  'customer.subscription.paused': OTHER,
  'customer.subscription.resumed': OTHER,
  'customer.subscription.trial_will_end': OTHER,
  'charge.failed': OTHER,
  'charge.refunded': OTHER,
  'charge.dispute.created': OTHER,
  'charge.dispute.updated': OTHER,
  'charge.dispute.closed': OTHER,
  'charge.dispute.funds_withdrawn': OTHER,
  'charge.dispute.funds_reinstated': OTHER,
  'refund.created': OTHER,
  'refund.updated': OTHER,
  'refund.failed': OTHER,
  'checkout.session.completed': OTHER,
  'checkout.session.expired': OTHER,
  'checkout.session.async_payment_succeeded': OTHER,
  'checkout.session.async_payment_failed': OTHER,
  'payment_intent.payment_failed': OTHER,
  'radar.early_fraud_warning.created': OTHER,
  'review.opened': OTHER,
  'review.closed': OTHER,
};
