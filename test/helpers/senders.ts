import { signChatwoot, signStripe } from '../fixtures/signers.ts';
import { send } from './receiver.ts';
import type { OutgoingHttpHeaders } from 'node:http';
import type { StripeEvent } from '../../sandbox/stripe/entities.ts';
import type { HeaderFixture } from '../fixtures/raw-request.ts';
import type { Reply } from './receiver.ts';
import type { Stack } from './stack.ts';

/** An event of the sandbox's Stripe as it would be sent, to send by hand and as often as a test likes. */
export interface StripeHook {
  readonly event: StripeEvent;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly body: string;
}

/** A payment fails while Stripe has nowhere to send it; its body is what Stripe's own API says of the event. */
export async function failPaymentUnsent(stack: Pick<Stack, 'sandbox'>, email?: string): Promise<StripeHook> {
  const { stripe } = stack.sandbox;
  const destinations = stripe.destinations.splice(0);
  const { event, invoice } = stripe.failPayment({ amountDue: 4900, currency: 'usd', ...(email === undefined ? {} : { email }) });
  stripe.destinations.push(...destinations);
  const { key } = stack.sandbox.describe().stripe;
  const response = await fetch(`${stripe.origin}/v1/events/${event.id}`, { headers: { authorization: `Bearer ${key}` } });
  return { event, invoiceId: invoice.id, customerId: invoice.customerId, body: await response.text() };
}

/** Sends a body to the connection `billing`, signed as Stripe does. */
export function sendStripe(stack: Stack, body: string): Promise<Reply> {
  return post(stack, 'billing', body, signStripe(stack.sandbox.describe().stripe.webhookSecret, body, nowS()));
}

/** Sends a body to a connection, signed as Chatwoot does. */
export function sendChatwoot(stack: Stack, connection: string, body: string): Promise<Reply> {
  return post(stack, connection, body, signChatwoot(stack.sandbox.describe().chatwoot.webhookSecret, body, nowS()));
}

/** Sends a body with these headers to a connection's address. */
export function post(stack: Stack, connection: string, body: string, headers: HeaderFixture): Promise<Reply> {
  return send(stack.server.port, 'POST', `/webhooks/${connection}`, body, toOutgoing(headers));
}

function toOutgoing(headers: HeaderFixture): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}
