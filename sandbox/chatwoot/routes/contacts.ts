import type { Request, Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { Caller } from '../access.ts';
import type { ContactChange, Desk } from '../desk.ts';
import type { Contact } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { fieldsOf, integerOf, isTrue, textOf, textOrNull } from '../../core/values.ts';
import { contactAt, inboxOf, invalid, unprocessable } from '../access.ts';
import { isResolved, toCondition } from '../contact-filter.ts';
import { contactInboxJson, contactJson, conversationJson } from '../formatters.ts';
import { newContact, reach } from '../records.ts';

const A = '/api/v1/accounts/:account';
const PAGE_SIZE = 15;
const LATEST_CONVERSATIONS = 20;

/** Operations on contacts (Chatwoot API, Contacts). */
export function contactRoutes(desk: Desk, clock: () => number): readonly Route<Caller>[] {
  const { state } = desk;
  return [
    {
      method: 'GET',
      path: `${A}/contacts`,
      needs: 'user',
      handle: (request) => json(page(desk, request, [...state.contacts.values()].filter(isResolved))),
    },
    { method: 'POST', path: `${A}/contacts`, needs: 'user', handle: (request, caller) => json(create(desk, clock(), request, caller)) },
    { method: 'GET', path: `${A}/contacts/search`, needs: 'user', handle: (request) => json(search(desk, request)) },
    {
      method: 'POST',
      path: `${A}/contacts/filter`,
      needs: 'user',
      handle: (request) => {
        const fits = toCondition(request.body.fields['payload'], state.contactAttributeKeys);
        return json(
          page(
            desk,
            request,
            [...state.contacts.values()].filter((contact) => isResolved(contact) && fits(contact)),
          ),
        );
      },
    },
    {
      method: 'GET',
      path: `${A}/contacts/:id`,
      needs: 'user',
      handle: (request) => json({ payload: contactJson(state, contactAt(state, request)) }),
    },
    ...(['PUT', 'PATCH'] as const).map((method) => ({
      method,
      path: `${A}/contacts/:id`,
      needs: 'user',
      handle: (request: Request, caller: Caller) => {
        const contact = contactAt(state, request);
        const change = changeFrom(request.body.fields, contact);
        refuseTaken(desk, change, contact);
        void desk.changeContact(contact, change, caller.actor);
        return json({ payload: contactJson(state, contact) });
      },
    })),
    {
      method: 'GET',
      path: `${A}/contacts/:id/conversations`,
      needs: 'user',
      handle: (request) => {
        const newest = [...contactAt(state, request).conversations].sort(
          (a, b) => b.lastActivityAtMs - a.lastActivityAtMs || b.displayId - a.displayId,
        );
        return json({ payload: newest.slice(0, LATEST_CONVERSATIONS).map((one) => conversationJson(state, one)) });
      },
    },
    {
      method: 'POST',
      path: `${A}/contacts/:id/contact_inboxes`,
      needs: 'user',
      handle: (request) => {
        const { fields } = request.body;
        return json(
          contactInboxJson(state, reach(state, contactAt(state, request), inboxOf(state, fields['inbox_id']), textOf(fields['source_id']))),
        );
      },
    },
  ];
}

function create(desk: Desk, now: number, request: Request, caller: Caller): unknown {
  const { fields } = request.body;
  const inbox = fields['inbox_id'] === undefined ? undefined : inboxOf(desk.state, fields['inbox_id']);
  const change = changeFrom(fields, null);
  refuseTaken(desk, change, null);
  const contact = newContact(desk.state, now, change);
  const told = desk.addContact(contact, caller.actor);
  void told;
  const reached = inbox === undefined ? null : contactInboxJson(desk.state, reach(desk.state, contact, inbox, textOf(fields['source_id'])));
  return {
    payload: {
      contact: contactJson(desk.state, contact),
      contact_inbox: { inbox: fieldsOf(reached)['inbox'] ?? null, source_id: fieldsOf(reached)['source_id'] ?? null },
    },
  };
}

/** Reads the given fields; both kinds of attributes are merged one level deep into what the contact has. */
function changeFrom(fields: Fields, contact: Contact | null): ContactChange {
  const change: ContactChange = {};
  if (fields['name'] !== undefined) change.name = textOf(fields['name']) ?? '';
  if (fields['email'] !== undefined) change.email = emailFrom(fields['email']);
  if (fields['phone_number'] !== undefined) change.phoneNumber = phoneFrom(fields['phone_number']);
  if (fields['identifier'] !== undefined) change.identifier = textOrNull(fields['identifier']);
  if (fields['blocked'] !== undefined) change.blocked = isTrue(fields['blocked']);
  if (fields['custom_attributes'] !== undefined)
    change.customAttributes = { ...contact?.customAttributes, ...fieldsOf(fields['custom_attributes']) };
  if (fields['additional_attributes'] !== undefined)
    change.additionalAttributes = { ...contact?.additionalAttributes, ...fieldsOf(fields['additional_attributes']) };
  return change;
}

/** Chatwoot's model of contacts checks the form of an address only roughly. */
function emailFrom(value: unknown): string | null {
  const email = textOrNull(value)?.toLowerCase() ?? null;
  return email === null || /^[^@\s]+@[^@\s]+$/.test(email) ? email : invalid('Email Invalid email', ['email']);
}

function phoneFrom(value: unknown): string | null {
  const phone = textOrNull(value);
  return phone === null || /^\+[1-9]\d{1,14}$/.test(phone) ? phone : invalid('Phone number should be in e164 format', ['phone_number']);
}

function refuseTaken({ state }: Desk, change: ContactChange, self: Contact | null): void {
  const taken = (map: ReadonlyMap<string, Contact>, value: string | null | undefined): boolean => {
    const holder = map.get(value?.toLowerCase() ?? '');
    return holder !== undefined && holder !== self;
  };
  if (taken(state.contactBy.email, change.email)) invalid('Email has already been taken', ['email']);
  if (taken(state.contactBy.phone_number, change.phoneNumber)) invalid('Phone number has already been taken', ['phone_number']);
  if (taken(state.contactBy.identifier, change.identifier)) invalid('Identifier has already been taken', ['identifier']);
}

function page(desk: Desk, request: Request, found: readonly Contact[]): unknown {
  const number = integerOf(request.query.get('page')) ?? 1;
  const rows = found.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  return { meta: { count: found.length, current_page: number }, payload: rows.map((contact) => contactJson(desk.state, contact)) };
}

/** Substring search in which `%` and `_` are wildcards; the count is that of this page. */
function search(desk: Desk, request: Request): unknown {
  const query = request.query.get('q') ?? '';
  if (query === '') unprocessable('Specify search string with parameter q');
  const number = integerOf(request.query.get('page')) ?? 1;
  const pattern = new RegExp(
    query
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/%/g, '.*')
      .replace(/_/g, '.'),
    'i',
  );
  const found = [...desk.state.contacts.values()].filter(({ name, email, phoneNumber, identifier }) =>
    [name, email, phoneNumber, identifier].some((value) => value !== null && pattern.test(value)),
  );
  const rows = found.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  return {
    meta: { count: rows.length, current_page: number, has_more: found.length > number * PAGE_SIZE },
    payload: rows.map((contact) => contactJson(desk.state, contact)),
  };
}
