import type { Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { Caller } from '../access.ts';
import type { Desk, NewContact } from '../desk.ts';
import type { Contact } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { fieldsOf, integerOf, textOf, textOrNull } from '../../core/values.ts';
import { badRequest, conflict, contactAt, notFound } from '../access.ts';
import { contactJson, fullContactJson } from '../formatters.ts';

const DEFAULT_PAGE_SIZE = 25;
const DAY_MS = 86_400_000;

/** Operations on contacts that the document describes (Deskwoot REST API, Contacts). */
export function contactRoutes(desk: Desk, clock: () => number): readonly Route<Caller>[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/accounts/:accountId/contacts',
      needs: 'contacts:read',
      handle: (request) => json(listPage(desk, request.query, clock())),
    },
    {
      method: 'POST',
      path: '/api/v1/accounts/:accountId/contacts/merge',
      needs: 'contacts:write',
      handle: (request) => {
        const primary =
          desk.state.contacts.get(textOf(request.body.fields['primaryContactId']) ?? badRequest('primaryContactId is required')) ??
          notFound('Contact');
        const secondary =
          desk.state.contacts.get(textOf(request.body.fields['secondaryContactId']) ?? badRequest('secondaryContactId is required')) ??
          notFound('Contact');
        if (primary === secondary) badRequest('Contacts must differ');
        for (const conversation of desk.state.conversations.values())
          if (conversation.contactId === secondary.id) conversation.contactId = primary.id;
        remove(desk, secondary);
        void desk.changeContact(primary, {});
        return json(contactJson(primary));
      },
    },
  ];
}

/** Operations that only the official client knows (deskwoot-js docs/API.md). */
export function undocumentedContactRoutes(desk: Desk): readonly Route<Caller>[] {
  const path = '/api/v1/accounts/:accountId/contacts';
  return [
    {
      method: 'GET',
      path: `${path}/:contactId`,
      needs: 'contacts:read',
      handle: (request) => json(fullContactJson(desk.state, contactAt(desk.state, request))),
    },
    {
      method: 'POST',
      path,
      needs: 'contacts:write',
      handle: (request) => {
        const fields = contactFrom(request.body.fields);
        refuseTaken(desk, fields, null);
        return json(fullContactJson(desk.state, desk.addContact(fields).contact), 201);
      },
    },
    {
      method: 'PATCH',
      path: `${path}/:contactId`,
      needs: 'contacts:write',
      handle: (request) => {
        const contact = contactAt(desk.state, request);
        const fields = contactFrom(request.body.fields);
        refuseTaken(desk, fields, contact.id);
        void desk.changeContact(contact, fields);
        return json(fullContactJson(desk.state, contact));
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:contactId`,
      needs: 'contacts:write',
      handle: (request) => {
        remove(desk, contactAt(desk.state, request));
        return json({ success: true });
      },
    },
  ];
}

function contactFrom(fields: Fields): NewContact {
  const contact: NewContact = {};
  for (const name of ['name', 'email', 'phone', 'company', 'location', 'description'] as const)
    if (fields[name] !== undefined) contact[name] = textOrNull(fields[name]);
  if (fields['customAttributes'] !== undefined) contact.customAttributes = fieldsOf(fields['customAttributes']);
  return contact;
}

function refuseTaken(desk: Desk, fields: NewContact, ownId: string | null): void {
  const holder = desk.state.contactIdByEmail.get(fields.email?.toLowerCase() ?? '');
  if (holder !== undefined && holder !== ownId) conflict('Contact with this email already exists');
}

function remove(desk: Desk, contact: Contact): void {
  desk.state.contacts.delete(contact.id);
  if (contact.email !== null) desk.state.contactIdByEmail.delete(contact.email.toLowerCase());
}

function listPage(desk: Desk, query: URLSearchParams, nowMs: number): unknown {
  const page = integerOf(query.get('page')) ?? 1;
  const pageSize = integerOf(query.get('pageSize')) ?? DEFAULT_PAGE_SIZE;
  const search = query.get('search')?.toLowerCase();
  const fits = (contact: Contact): boolean =>
    (search === undefined || matches(contact, search)) && inSegment(contact, query.get('segment'), nowMs);
  const found = [...desk.state.contacts.values()].reverse().filter(fits);
  return { contacts: found.slice((page - 1) * pageSize, page * pageSize).map(contactJson), total: found.length, page, pageSize };
}

function matches(contact: Contact, search: string): boolean {
  return [contact.name, contact.email, contact.phone].some((value) => value?.toLowerCase().includes(search) ?? false);
}

function inSegment(contact: Contact, segment: string | null, nowMs: number): boolean {
  if (segment === null) return true;
  if (segment === 'no-email') return contact.email === null;
  if (segment === 'has-email') return contact.email !== null;
  if (segment === 'has-phone') return contact.phone !== null;
  if (segment === 'active-7d') return contact.lastActivityAtMs > nowMs - 7 * DAY_MS;
  if (segment === 'active-30d') return contact.lastActivityAtMs > nowMs - 30 * DAY_MS;
  return segment === 'new' ? contact.createdAtMs > nowMs - 7 * DAY_MS : badRequest('Invalid segment');
}
