import { orElse, orElseRefused } from '../../call/caller.ts';
import { fieldOf } from '../../call/shapes.ts';
import { defineAttribute } from './attributes.ts';
import { fromWireContact, toPhone, toWireId } from './mapping.ts';
import { wireContacts, wireNewContact, wireOneContact } from '../call/wire.ts';
import type { ContactMark } from '../../ports/contact-mark.ts';
import type { Contact, ContactKeys, FoundContact, HelpdeskClient } from '../../ports/helpdesk.ts';
import type { Chatwoot } from './scope.ts';
import type { WireContact } from '../call/wire.ts';

const ROUTE = '/api/v1/accounts/:id/contacts';

/** By our mark, by the `identifier` that earlier versions used, then by e-mail address. */
export async function findContact(chatwoot: Chatwoot, by: ContactKeys): Promise<FoundContact | null> {
  const found = (await findMarked(chatwoot, by)) ?? (by.email === null ? null : await filter(chatwoot, 'email', by.email));
  return found === null ? null : { ...fromWireContact(found), marked: by.mark === null || markOf(found, by.mark) !== null };
}

/**
 * What Chatwoot keeps unique and finds taken is a contact that exists: looked up and returned. A phone number that belongs to
 * somebody else is left out, never taken away. https://developers.chatwoot.com/api-reference/contacts/create-contact
 */
export async function createContact(chatwoot: Chatwoot, ...[input, send]: Parameters<HelpdeskClient['createContact']>): Promise<Contact> {
  const { mark, former, name, email } = input;
  // A mark that could not be searched for until now may stand on a contact all the same.
  const defined = mark !== null && (await defineAttribute(chatwoot, mark, send)) === 'now';
  const marked = defined ? await findMarked(chatwoot, input) : null;
  if (marked !== null) return fromWireContact(marked);
  const identifier = mark?.identifier ?? former;
  const create = async (phone: string | null): Promise<WireContact> => {
    const known = {
      ...(name === null ? {} : { name }),
      ...(email === null ? {} : { email }),
      ...(phone === null ? {} : { phone_number: phone }),
      ...(mark === null ? {} : { custom_attributes: { [mark.attribute]: mark.id } }),
      // Filters show only contacts that have one of the three. Else it is left to the website, whose visitors it is made for.
      ...(email === null && phone === null && identifier !== null ? { identifier } : {}),
    };
    const json = { inbox_id: toWireId(input.inboxId), ...known };
    const request = { method: 'POST', path: `${chatwoot.accountPath}/contacts`, route: ROUTE, json, sendBy: send.sendBy } as const;
    return chatwoot.call.read(request, wireNewContact);
  };
  const created = await create(toPhone(input.phone)).catch(orElse('conflict', null));
  if (created !== null) return fromWireContact(created);
  const taken = await findContact(chatwoot, input);
  return taken ?? fromWireContact(await create(null));
}

/**
 * Attributes are merged by the call. The `identifier` that earlier versions wrote is removed, except where it is all that makes the contact
 * visible to filters. https://developers.chatwoot.com/api-reference/contacts/update-contact
 */
export async function markContact(chatwoot: Chatwoot, ...[id, keys, send]: Parameters<HelpdeskClient['markContact']>): Promise<void> {
  const path = `${chatwoot.accountPath}/contacts/${encodeURIComponent(id)}`;
  const route = `${ROUTE}/:id`;
  const { mark, former } = keys;
  const contact = await chatwoot.call.find({ method: 'GET', path, route }, wireOneContact).catch(orElseRefused(null));
  if (contact === null || markOf(contact, mark) !== null) return;
  await defineAttribute(chatwoot, mark, send);
  const isFormer = former !== null && contact.identifier === former && contact.email !== null;
  const json = { custom_attributes: { [mark.attribute]: mark.id }, ...(isFormer ? { identifier: null } : {}) };
  await chatwoot.call.send({ method: 'PUT', path, route, json, sendBy: send.sendBy }).catch(orElseRefused(undefined));
}

async function findMarked(chatwoot: Chatwoot, { mark, former }: Omit<ContactKeys, 'email'>): Promise<WireContact | null> {
  const byMark = mark === null ? null : await filterByMark(chatwoot, mark);
  return byMark ?? (former === null ? null : await filter(chatwoot, 'identifier', former));
}

async function filterByMark(chatwoot: Chatwoot, mark: ContactMark): Promise<WireContact | null> {
  // Chatwoot filters by defined attributes alone, and refuses others with 422.
  const found = await filter(chatwoot, mark.attribute, mark.id).catch(orElse('invalid', undefined));
  return found === undefined ? filter(chatwoot, 'identifier', mark.identifier) : found;
}

/** Chatwoot compares without regard to case. https://developers.chatwoot.com/api-reference/contacts/contact-filter */
async function filter(chatwoot: Chatwoot, attribute: string, value: string): Promise<WireContact | null> {
  const json = { payload: [{ attribute_key: attribute, filter_operator: 'equal_to', values: [value], query_operator: null }] };
  const path = `${chatwoot.accountPath}/contacts/filter`;
  const request = { method: 'POST', path, route: `${ROUTE}/filter`, json, write: false } as const;
  const { items, odd } = await chatwoot.call.list(request, wireContacts);
  const found = items.find((contact) => holds(contact, attribute, value));
  return chatwoot.call.sought(
    request,
    found,
    odd.filter((item) => mayHold(item.value, attribute, value)),
  );
}

/** Whether a contact that cannot be read may be the one that was asked for. */
function mayHold(contact: unknown, attribute: string, value: string): boolean {
  const held = fieldOf(contact, attribute);
  return held === null ? attribute !== 'email' && attribute !== 'identifier' : held.toLowerCase() === value.toLowerCase();
}

function holds(contact: WireContact, attribute: string, value: string): boolean {
  if (attribute === 'email') return contact.email?.toLowerCase() === value.toLowerCase();
  if (attribute === 'identifier') return contact.identifier?.toLowerCase() === value.toLowerCase();
  return contact.custom_attributes?.[attribute] === value;
}

/** The id in the mark's attribute, be it another record's; null where there is none. */
function markOf(contact: WireContact, { attribute }: ContactMark): string | null {
  const value = contact.custom_attributes?.[attribute];
  return value === undefined || value === null || value === '' ? null : String(value);
}
