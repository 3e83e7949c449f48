import { orElse, orElseRefused } from '../../call/caller.ts';
import { fieldOf } from '../../call/shapes.ts';
import { isClosed, lacksAbility } from './abilities.ts';
import { fromWireContact } from './mapping.ts';
import { wireContacts, wireNewContact, wireWholeContact } from '../call/wire.ts';
import type { Contact, FoundContact, HelpdeskClient } from '../../ports/helpdesk.ts';
import type { Json } from '../../../model/json.ts';
import type { Deskwoot } from './scope.ts';

const PAGE_SIZE = 100;
/** The attribute in which earlier versions left their mark. */
const FORMER_ATTRIBUTE = 'deskbridge_id';
const CREATE = { method: 'POST', route: '/v1/accounts/:id/contacts' } as const;

/**
 * Deskwoot searches by no attribute, so the e-mail address is the only exact key: searched for, then compared. Its list shows no
 * attributes. https://deskwoot.com/docs/api: Contacts, "List contacts with optional search".
 */
export async function findContact(deskwoot: Deskwoot, email: string | null): Promise<FoundContact | null> {
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
  return meant === null ? null : { ...fromWireContact(meant), marked: null };
}

/** An address that is taken is a contact that exists: looked up and returned. The official client deskwoot-js, createContact. */
export async function createContact(deskwoot: Deskwoot, ...[input, send]: Parameters<HelpdeskClient['createContact']>): Promise<Contact> {
  const abilities = await deskwoot.abilities();
  if (!abilities.createContact)
    throw lacksAbility(deskwoot.call, CREATE, 'create contacts', 'its scopes include neither write nor contacts:write');
  const { mark, name, email, phone } = input;
  const json = {
    ...(name === null ? {} : { name }),
    ...(email === null ? {} : { email }),
    ...(phone === null ? {} : { phone }),
    ...(mark === null ? {} : { customAttributes: { [mark.attribute]: mark.id } }),
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
    // Its search may be late to show a contact of a moment ago.
    retry: { kind: 'backoff' },
    status: 409,
    ambiguous: false,
    hint: 'Deskwoot says that the contact exists, but it is not found by its e-mail address. Look for it under its phone number, or merge the two.',
  });
}

/**
 * Whether a write of attributes merges or replaces them is not known: they are read first, and written whole. The official client
 * deskwoot-js, getContact and updateContact.
 */
export async function markContact(deskwoot: Deskwoot, ...[id, keys, send]: Parameters<HelpdeskClient['markContact']>): Promise<void> {
  const path = `${deskwoot.accountPath}/contacts/${encodeURIComponent(id)}`;
  const route = '/v1/accounts/:id/contacts/:id';
  const { mark, former } = keys;
  const contact = await deskwoot.call
    .find({ method: 'GET', path, route }, wireWholeContact)
    .catch(orElseRefused(null))
    .catch(orElse('unsupported', null));
  if (contact === null) return;
  const kept = Object.entries(contact.customAttributes ?? {}).filter(([name, value]) => name !== FORMER_ATTRIBUTE || value !== former);
  const attributes: { readonly [name: string]: Json } = Object.fromEntries(kept);
  if (isFilled(attributes[mark.attribute])) return;
  const json = { customAttributes: { ...attributes, [mark.attribute]: mark.id } };
  await deskwoot.call
    .send({ method: 'PATCH', path, route, json, sendBy: send.sendBy })
    .catch(orElseRefused(undefined))
    .catch(orElse('unsupported', undefined));
}

function isFilled(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}
