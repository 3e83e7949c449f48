import type { Driver } from '../core/control.ts';
import type { BaseOptions, Parts, SystemHandle } from '../core/handle.ts';
import type { System } from '../core/server.ts';
import type { Described, SandboxSystem } from '../core/system.ts';
import type { ApiKey, NewInvoice, StripeState } from './entities.ts';

import { toSeconds } from '../core/clock.ts';
import { createParts, startHandle } from '../core/handle.ts';
import { integerOf, textOf } from '../core/values.ts';
import { type Caller, createAuthorise, failure, rateLimited } from './access.ts';
import { type Bank, createBank } from './bank.ts';
import { API_VERSION, createStripeState } from './entities.ts';
import { withIdempotency } from './idempotency.ts';
import { readRoutes } from './routes/reads.ts';
import { writeRoutes } from './routes/writes.ts';
import { createEmit, type Destination } from './webhooks.ts';

const KEY = 'sk_test_sandbox';
const WEBHOOK_SECRET = 'whsec_sandbox_stripe';

/** How a Stripe account is to be. */
export interface StripeOptions extends BaseOptions {
  readonly keys: readonly ApiKey[];
  /** Where events go. The list stays live: change it to subscribe later. */
  readonly destinations?: Destination[];
  /** Milliseconds before each further attempt of an event. Default 50, 200, 800. */
  readonly retryWaitsMs?: readonly number[];
}

/** A running Stripe. */
export interface StripeHandle extends SystemHandle, Omit<Bank, 'state'> {
  readonly state: StripeState;
  readonly destinations: Destination[];
}

/** What one must know to use it. */
export interface StripeDescription extends Described {
  readonly key: string;
  readonly webhookSecret: string;
}

/** Stripe (https://docs.stripe.com/api). */
export const stripe: SandboxSystem<StripeOptions, StripeHandle, StripeDescription> = {
  name: 'stripe',
  title: 'Stripe',
  port: 4703,
  secret: WEBHOOK_SECRET,
  connection: {
    name: 'billing',
    yaml: (origin) => `{ type: stripe, baseUrl: '${origin}', key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_WEBHOOK_SECRET] }`,
    variables: { STRIPE_KEY: KEY, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET },
  },
  start: ({ hook, secret, ...overrides }) =>
    startStripe({
      keys: [{ value: KEY, rights: ['*'] }],
      destinations: hook === undefined ? [] : [{ url: hook, secrets: [secret], payload: 'snapshot' }],
      ...overrides,
    }),
  describe: ({ origin }, secret) => ({ origin, key: KEY, webhookSecret: secret }),
};

/** Starts a Stripe on 127.0.0.1. */
export async function startStripe(options: StripeOptions): Promise<StripeHandle> {
  const parts = createParts(options);
  const state = createStripeState(options.keys, toSeconds(parts.clock()));
  const destinations = options.destinations ?? [];
  const bank = createBank(state, parts.clock, createEmit(parts, destinations, options.retryWaitsMs));
  const seams = {
    snapshot: () => ({ customers: state.customers.size, invoices: state.invoices.size, events: state.events.length }),
    drivers: driversOf(bank),
  };
  const base = await startHandle(parts, systemOf(bank, parts), options, seams);
  return { ...base, ...bank, destinations };
}

function systemOf(bank: Bank, parts: Parts): System<Caller> {
  return {
    routes: [...readRoutes(bank.state, parts.clock), ...withIdempotency(writeRoutes(bank, parts.clock), parts.clock)],
    authorise: createAuthorise(bank.state),
    notFound: (request) => failure(404, 'invalid_request_error', `Unrecognized request URL (${request.method}: ${request.path}).`),
    rateLimited,
    serverError: () => failure(500, 'api_error', 'Sorry! There was an error while talking to one of our backends.'),
    tokenExpired: () => failure(401, 'invalid_request_error', 'Expired API Key provided.', { code: 'api_key_expired' }),
    malformed: () => failure(400, 'invalid_request_error', 'Invalid request body.'),
    headers: (request) => ({
      'request-id': bank.state.nextId('req'),
      'stripe-version': String(request.headers['stripe-version'] ?? API_VERSION),
    }),
  };
}

function driversOf(bank: Bank): { readonly [name: string]: Driver } {
  return {
    'fail-payment': async (fields) => {
      const { invoice, event, told } = bank.failPayment(textOf(fields['invoiceId']) ?? newInvoiceFrom(fields));
      await told;
      return { invoiceId: invoice.id, customerId: invoice.customerId, eventId: event.id };
    },
    pay: async (fields) => {
      const { invoice, event, told } = bank.pay(textOf(fields['invoiceId']) ?? '');
      await told;
      return { invoiceId: invoice.id, eventId: event.id };
    },
  };
}

function newInvoiceFrom(fields: { readonly [name: string]: unknown }): NewInvoice {
  const amountDue = integerOf(fields['amountDue']);
  const given: { [name: string]: string } = {};
  for (const name of ['currency', 'customerId', 'name', 'email', 'phone']) {
    const value = textOf(fields[name]);
    if (value !== undefined) given[name] = value;
  }
  return { ...given, ...(amountDue === undefined ? {} : { amountDue }) };
}
