import { orElse } from '../caller.ts';
import { fieldOf } from '../shapes.ts';
import { fromWireContact, toPhone, toWireId } from './mapping.ts';
import { wireContacts, wireNewContact } from './wire.ts';
import type { Contact, HelpdeskClient } from '../helpdesk.ts';
import type { Chatwoot } from './client.ts';
import type { WireContact } from './wire.ts';

const CREATE = { method: 'POST', route: '/api/v1/accounts/:id/contacts' } as const;

/** By our external id (Chatwoot's `identifier`), then by e-mail address, both exact but for case. */
export async function findContact(chatwoot: Chatwoot, by: Parameters<HelpdeskClient['findContact']>[0]): Promise<Contact | null> {
  const found =
    (await filter(chatwoot, 'identifier', by.externalId)) ?? (by.email === null ? null : await filter(chatwoot, 'email', by.email));
  return found === null ? null : fromWireContact(found);
}

/**
 * What Chatwoot keeps unique and finds taken is a contact that exists: looked up and returned. A phone number that belongs to
 * somebody else is left out, never taken away. https://developers.chatwoot.com/api-reference/contacts/create-contact
 */
export async function createContact(chatwoot: Chatwoot, ...[input, send]: Parameters<HelpdeskClient['createContact']>): Promise<Contact> {
  const { externalId, name, email } = input;
  const phone = toPhone(input.phone);
  const create = async (phoneNumber: string | null): Promise<WireContact> => {
    const known = {
      ...(name === null ? {} : { name }),
      ...(email === null ? {} : { email }),
      ...(phoneNumber === null ? {} : { phone_number: phoneNumber }),
    };
    const json = { inbox_id: toWireId(input.inboxId), identifier: externalId, ...known };
    return chatwoot.call.read({ ...CREATE, path: `${chatwoot.accountPath}/contacts`, json, sendBy: send.sendBy }, wireNewContact);
  };
  const created = await create(phone).catch(orElse('conflict', null));
  if (created !== null) return fromWireContact(created);
  const taken = await findContact(chatwoot, { externalId, email });
  return taken ?? fromWireContact(await create(null));
}

// https://developers.chatwoot.com/api-reference/contacts/contact-filter
async function filter(chatwoot: Chatwoot, attribute: 'identifier' | 'email', value: string): Promise<WireContact | null> {
  const json = { payload: [{ attribute_key: attribute, filter_operator: 'equal_to', values: [value], query_operator: null }] };
  const request = {
    method: 'POST',
    path: `${chatwoot.accountPath}/contacts/filter`,
    route: '/api/v1/accounts/:id/contacts/filter',
    json,
    write: false,
  } as const;
  const { items, odd } = await chatwoot.call.list(request, wireContacts);
  const isMeant = (held: string | null): boolean => held?.toLowerCase() === value.toLowerCase();
  const found = items.find((contact) => isMeant(contact[attribute]));
  return chatwoot.call.sought(
    request,
    found,
    odd.filter((item) => isMeant(fieldOf(item.value, attribute))),
  );
}
