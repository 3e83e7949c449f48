import { orElse } from '../caller.ts';
import { fieldOf } from '../shapes.ts';
import { isClosed, lacksAbility } from './abilities.ts';
import { fromWireContact } from './mapping.ts';
import { wireContacts, wireNewContact } from './wire.ts';
import type { Contact, HelpdeskClient } from '../helpdesk.ts';
import type { Deskwoot } from './client.ts';

const PAGE_SIZE = 100;
const CREATE = { method: 'POST', route: '/v1/accounts/:id/contacts' } as const;

/**
 * Deskwoot keeps no external id, so the e-mail address is the only exact key: searched for, then compared.
 * https://deskwoot.com/docs/api: Contacts, "List contacts with optional search".
 */
export async function findContact(deskwoot: Deskwoot, email: string | null): Promise<Contact | null> {
  if (email === null) return null;
  const request = {
    method: 'GET',
    path: `${deskwoot.accountPath}/contacts`,
    route: '/v1/accounts/:id/contacts',
    query: { search: email, page: 1, pageSize: PAGE_SIZE },
  } as const;
  const { items, odd } = await deskwoot.call.list(request, wireContacts);
  const isMeant = (held: string | null): boolean => held?.toLowerCase() === email.toLowerCase();
  const found = items.find((contact) => isMeant(contact.email));
  const suspects = odd.filter((item) => isMeant(fieldOf(item.value, 'email')));
  const meant = deskwoot.call.sought(request, found, suspects);
  return meant === null ? null : fromWireContact(meant);
}

/** An address that is taken is a contact that exists: looked up and returned. The official client deskwoot-js, createContact. */
export async function createContact(deskwoot: Deskwoot, ...[input, send]: Parameters<HelpdeskClient['createContact']>): Promise<Contact> {
  const abilities = await deskwoot.abilities();
  if (!abilities.createContact)
    throw lacksAbility(deskwoot.call, CREATE, 'create contacts', 'its scopes include neither write nor contacts:write');
  const { name, email, phone } = input;
  const json = {
    ...(name === null ? {} : { name }),
    ...(email === null ? {} : { email }),
    ...(phone === null ? {} : { phone }),
    customAttributes: { deskbridge_id: input.externalId },
  };
  const request = { ...CREATE, path: `${deskwoot.accountPath}/contacts`, json, sendBy: send.sendBy };
  const created = await deskwoot.call.read(request, wireNewContact).catch((error: unknown) => {
    if (isClosed(error))
      throw lacksAbility(deskwoot.call, CREATE, 'create contacts', `the server answered ${error.data.status ?? 'no'} to it`);
    return orElse('conflict', null)(error);
  });
  if (created !== null) return fromWireContact(created);
  const taken = await findContact(deskwoot, email);
  if (taken !== null) return taken;
  throw deskwoot.call.error(CREATE, {
    code: 'conflict',
    retry: { kind: 'never' },
    status: 409,
    ambiguous: false,
    hint: 'Deskwoot says that the contact exists, but it is not found by its e-mail address. Look for it under its phone number, or merge the two.',
  });
}
