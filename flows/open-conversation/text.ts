import type { Invoice } from '../../connectors/ports/billing.ts';
import { formatMoney } from '../money.ts';
import { renderTemplate } from '../template.ts';
import type { TemplateValues } from '../template.ts';

/** Fields of the private note, which only agents see. */
export const NOTE_FIELDS = [
  'invoice.id',
  'invoice.number',
  'invoice.amount',
  'invoice.attempts',
  'invoice.nextAttempt',
  'invoice.link',
  'invoice.dashboard',
  'customer.id',
  'customer.name',
  'customer.email',
] as const;

/** Fields of the opening message, which the customer may see. */
export const OPENING_FIELDS = ['invoice.number', 'invoice.amount', 'invoice.link', 'customer.name'] as const;

export const DEFAULT_NOTE = [
  'Payment of {{invoice.amount}} for invoice {{invoice.number}} failed.',
  'Attempts so far: {{invoice.attempts}}. Next attempt: {{invoice.nextAttempt}}.',
  'Payment page: {{invoice.link}}',
  'Dashboard: {{invoice.dashboard}}',
].join('\n');

export const DEFAULT_OPENING = 'We could not collect the payment for invoice {{invoice.number}}.';

/** The private note about a failed payment. */
export function noteText(template: string, invoice: Invoice): string {
  const values: TemplateValues<(typeof NOTE_FIELDS)[number]> = {
    ...openingValues(invoice),
    'invoice.id': invoice.id,
    'invoice.attempts': String(invoice.attemptCount),
    'invoice.nextAttempt': invoice.nextAttemptAt === null ? 'none planned' : formatTime(invoice.nextAttemptAt),
    'invoice.dashboard': invoice.dashboardUrl,
    'customer.id': invoice.customerId,
    'customer.email': oneLine(invoice.customerEmail),
  };
  return renderTemplate(template, values, 'unknown');
}

/** The first message of a new conversation, for helpdesks that insist on one. */
export function openingText(template: string, invoice: Invoice): string {
  return renderTemplate(template, openingValues(invoice));
}

function openingValues(invoice: Invoice): TemplateValues<(typeof OPENING_FIELDS)[number]> {
  return {
    'invoice.number': invoice.number ?? invoice.id,
    'invoice.amount': amountOf(invoice),
    'invoice.link': invoice.url ?? 'none',
    'customer.name': oneLine(invoice.customerName),
  };
}

/** null for an invoice as an older worker recorded it, in Stripe's own units: a run that was under way, or is replayed. */
function amountOf(invoice: Invoice): string | null {
  return Object.hasOwn(invoice, 'due') ? formatMoney(invoice.due) : null;
}

/** `2026-03-04 10:00 UTC`; text that is no ISO 8601 time in UTC stays as it is. */
function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

function oneLine(text: string | null): string | null {
  return text === null ? null : text.replace(/\s+/g, ' ').trim();
}
