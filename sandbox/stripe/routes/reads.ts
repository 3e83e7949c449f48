import type { Request, Route } from '../../core/exchange.ts';
import type { Caller } from '../access.ts';
import type { Invoice, StripeEvent, StripeState } from '../entities.ts';

import { header, json, param } from '../../core/exchange.ts';
import { integerOf } from '../../core/values.ts';
import { badRequest, missing } from '../access.ts';
import { customerJson, eventJson, invoiceJson, listJson, thinEventJson } from '../formatters.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const MAX_TYPES = 20;
const REACH_S = 30 * 86_400;

/** What can be read (https://docs.stripe.com/api: Invoices, Customers, Events, Accounts, Balance). */
export function readRoutes(state: StripeState, clock: () => number): readonly Route<Caller>[] {
  return [...accountRoutes(), ...invoiceRoutes(state), ...customerRoutes(state), ...eventRoutes(state, clock)];
}

function accountRoutes(): readonly Route<Caller>[] {
  return [
    {
      method: 'GET',
      path: '/v1/account',
      needs: 'account:read',
      handle: () => json({ id: 'acct_sandbox', object: 'account', country: 'DE', default_currency: 'eur', charges_enabled: true }),
    },
    {
      method: 'GET',
      path: '/v1/balance',
      needs: 'balance:read',
      handle: () => json({ object: 'balance', available: [{ amount: 0, currency: 'usd' }], livemode: false, pending: [] }),
    },
  ];
}

function invoiceRoutes(state: StripeState): readonly Route<Caller>[] {
  return [
    {
      method: 'GET',
      path: '/v1/invoices/:id',
      needs: 'invoices:read',
      handle: (request) => json(invoiceJson(state, invoiceAt(state, request), request.query.getAll('expand[]'))),
    },
    {
      method: 'GET',
      path: '/v1/invoices',
      needs: 'invoices:read',
      handle: (request) => {
        const { query } = request;
        const found = [...state.invoices.values()]
          .reverse()
          .filter((one) => one.account === accountOf(request))
          .filter((one) => fits(query, 'customer', one.customerId) && fits(query, 'status', one.status) && inTime(query, one.created));
        return json(page(request, found, (one) => invoiceJson(state, one)));
      },
    },
  ];
}

/** Of a connected account only by its name (https://docs.stripe.com/connect/authentication, https://docs.stripe.com/context). */
function invoiceAt(state: StripeState, request: Request): Invoice {
  const invoice = state.invoices.get(param(request, 'id'));
  return invoice === undefined || invoice.account !== accountOf(request) ? missing('invoice', param(request, 'id')) : invoice;
}

function accountOf(request: Request): string | null {
  return header(request, 'stripe-account') ?? header(request, 'stripe-context') ?? null;
}

function customerRoutes(state: StripeState): readonly Route<Caller>[] {
  return [
    {
      method: 'GET',
      path: '/v1/customers/:id',
      needs: 'customers:read',
      handle: (request) => json(customerJson(state.customers.get(param(request, 'id')) ?? missing('customer', param(request, 'id')))),
    },
    {
      method: 'GET',
      path: '/v1/customers',
      needs: 'customers:read',
      handle: (request) =>
        json(
          page(
            request,
            [...state.customers.values()]
              .reverse()
              .filter((one) => fits(request.query, 'email', one.email) && inTime(request.query, one.created)),
            customerJson,
          ),
        ),
    },
  ];
}

function eventRoutes(state: StripeState, clock: () => number): readonly Route<Caller>[] {
  return [
    { method: 'GET', path: '/v1/events/:id', needs: 'events:read', handle: (request) => json(eventJson(eventAt(state, request))) },
    {
      method: 'GET',
      path: '/v1/events',
      needs: 'events:read',
      handle: (request) => json(page(request, eventsOf(state, request.query, Math.floor(clock() / 1000)), eventJson)),
    },
    { method: 'GET', path: '/v2/core/events/:id', needs: 'events:read', handle: (request) => json(thinEventJson(eventAt(state, request))) },
  ];
}

function eventAt(state: StripeState, request: Request): StripeEvent {
  return state.eventsById.get(param(request, 'id')) ?? missing('event', param(request, 'id'));
}

/** The newest first, at most 30 days back. */
function eventsOf(state: StripeState, query: URLSearchParams, nowS: number): StripeEvent[] {
  const types = [...query.getAll('types[]'), ...query.getAll('type')];
  if (types.length > MAX_TYPES) badRequest(`types can have at most ${MAX_TYPES} entries`, 'types');
  const success = query.get('delivery_success');
  const named = (type: string): boolean =>
    types.length === 0 || types.some((one) => one === type || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))));
  return state.events
    .filter(
      (one) =>
        one.created >= nowS - REACH_S &&
        named(one.type) &&
        inTime(query, one.created) &&
        (success === null || String(one.delivered) === success),
    )
    .reverse();
}

function fits(query: URLSearchParams, name: string, value: string | null): boolean {
  return !query.has(name) || query.get(name) === value;
}

function inTime(query: URLSearchParams, created: number): boolean {
  const bound = (name: string): number | undefined => integerOf(query.get(`created[${name}]`));
  return (
    created >= (bound('gte') ?? 0) &&
    created > (bound('gt') ?? -1) &&
    created <= (bound('lte') ?? Infinity) &&
    created < (bound('lt') ?? Infinity)
  );
}

function page<Row extends { readonly id: string }>(request: Request, rows: readonly Row[], format: (row: Row) => unknown): unknown {
  const limit = integerOf(request.query.get('limit')) ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) badRequest(`Invalid integer: limit must be between 1 and ${MAX_LIMIT}`, 'limit');
  const after = request.query.get('starting_after');
  const before = request.query.get('ending_before');
  const at = after === null ? -1 : rows.findIndex((row) => row.id === after);
  if (after !== null && at < 0) badRequest(`No such object: '${after}'`, 'starting_after');
  const end = before === null ? -1 : rows.findIndex((row) => row.id === before);
  const start = before === null ? at + 1 : Math.max(0, end - limit);
  const shown = rows.slice(start, before === null ? start + limit : end);
  return listJson(request.path, shown.map(format), before === null ? start + limit < rows.length : start > 0);
}
