import { createIds } from '../core/ids.ts';

/** The version this account answers in; it has no `paid`, `charge`, `payment_intent` or `subscription` on invoices. */
export const API_VERSION = '2026-10-28.endive';

export interface Customer {
  readonly id: string;
  readonly created: number;
  name: string | null;
  email: string | null;
  phone: string | null;
  metadata: { readonly [name: string]: unknown };
}

export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly created: number;
  /** Lower-case ISO 4217. */
  readonly currency: string;
  /** Whole minor units: cents, yen, or fils in thousands. */
  readonly amountDue: number;
  /** The connected account it belongs to; null: the platform's own. */
  readonly account: string | null;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  attemptCount: number;
  /** Epoch seconds; null where no further attempt is planned. */
  nextPaymentAttempt: number | null;
}

export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  /** The object as it was when the event happened. */
  readonly object: { readonly [name: string]: unknown };
  readonly objectId: string;
  readonly objectPath: string;
  /** The connected account it happened in; null: the platform's own. */
  readonly account: string | null;
  /** Whether every destination has answered 2xx. */
  delivered: boolean;
}

/** A key, and what it may do: `*`, or the rights of a restricted key such as `invoices:read`. */
export interface ApiKey {
  readonly value: string;
  readonly rights: readonly string[];
}

/** Everything one Stripe account holds. */
export interface StripeState {
  readonly keys: Map<string, ApiKey>;
  readonly customers: Map<string, Customer>;
  readonly invoices: Map<string, Invoice>;
  /** Oldest first. */
  readonly events: StripeEvent[];
  readonly eventsById: Map<string, StripeEvent>;
  nextId(kind: 'cus' | 'in' | 'evt' | 'req' | 'sub' | 'il'): string;
}

/** An account with three customers, and an open invoice of each: USD, JPY (no minor unit) and KWD (three decimals). */
export function createStripeState(keys: readonly ApiKey[], nowS: number): StripeState {
  const ids = {
    cus: createIds('cus_', 14),
    in: createIds('in_1Sbx', 20),
    evt: createIds('evt_1Sbx', 20),
    req: createIds('req_', 14),
    sub: createIds('sub_1Sbx', 20),
    il: createIds('il_1Sbx', 20),
  };
  const state: StripeState = {
    keys: new Map(keys.map((key) => [key.value, key])),
    customers: new Map(),
    invoices: new Map(),
    events: [],
    eventsById: new Map(),
    nextId: (kind) => ids[kind](),
  };
  addInvoice(state, nowS, { amountDue: 4900, currency: 'usd', name: 'Lisa Schmidt', email: 'lisa@example.com' });
  addInvoice(state, nowS, { amountDue: 12_000, currency: 'jpy', name: 'Aiko Tanaka', email: 'aiko@example.com' });
  addInvoice(state, nowS, { amountDue: 15_250, currency: 'kwd', name: 'Noor Al-Sabah', email: 'noor@example.com' });
  return state;
}

/** What a new invoice is to be; without `customerId` a customer is made for it. */
export interface NewInvoice {
  readonly amountDue?: number;
  readonly currency?: string;
  readonly customerId?: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  /** A connected account; left out: the platform's own. */
  readonly account?: string;
}

/** Adds an open invoice, whose payment has not been tried yet. */
export function addInvoice(state: StripeState, nowS: number, fields: NewInvoice): Invoice {
  const customer = state.customers.get(fields.customerId ?? '') ?? addCustomer(state, nowS, fields);
  const id = state.nextId('in');
  const invoice: Invoice = {
    id,
    number: `SBX-${String(state.invoices.size + 1).padStart(4, '0')}`,
    customerId: customer.id,
    created: nowS,
    currency: fields.currency ?? 'usd',
    amountDue: fields.amountDue ?? 4900,
    account: fields.account ?? null,
    status: 'open',
    attemptCount: 0,
    nextPaymentAttempt: nowS + 3600,
  };
  state.invoices.set(id, invoice);
  return invoice;
}

/** Adds a customer. */
export function addCustomer(
  state: StripeState,
  nowS: number,
  fields: { readonly name?: string | null; readonly email?: string | null; readonly phone?: string | null },
): Customer {
  const customer: Customer = {
    id: state.nextId('cus'),
    created: nowS,
    name: fields.name ?? null,
    email: fields.email ?? null,
    phone: fields.phone ?? null,
    metadata: {},
  };
  state.customers.set(customer.id, customer);
  return customer;
}
