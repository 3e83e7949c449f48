import { toContactMark } from '../../connectors/ports/contact-mark.ts';
import type { Contact, ContactKeys, FoundContact, HelpdeskClient } from '../../connectors/ports/helpdesk.ts';
import type { ActionInput } from '../../flows/actions.ts';
import type { ActionContext, ActionTable } from '../steps/action.ts';
import { perform, recall } from './effect.ts';
import { attention } from './failure.ts';
import { findNamed } from './names.ts';
import type { NameCache } from './names.ts';

/** Actions on contacts. */
export function createContactActions(names: NameCache): Pick<ActionTable, 'ensureContact'> {
  return {
    ensureContact: async (context, input) => {
      const client = context.connections.open('helpdesk', input.connection);
      const { record, externalId: former, email } = input;
      const keys = { mark: record === undefined || record === null ? null : toContactMark(record), former, email };
      if (keys.mark === null && former === null && email === null) throw nobody(context, input.connection);
      const known = await client.findContact(keys);
      if (known === null) return createContact(context, names, input, keys);
      await bringOver(context, client, { connection: input.connection, known, keys });
      return { id: known.id, name: known.name, email: known.email };
    },
  };
}

/** A contact that was made by hand or by an earlier version gets our mark when it is met. Where look-ups show no marks, once. */
async function bringOver(
  context: ActionContext,
  client: HelpdeskClient,
  { connection, known, keys }: { readonly connection: string; readonly known: FoundContact; readonly keys: ContactKeys },
): Promise<void> {
  const { mark, former } = keys;
  if (mark === null || known.marked === true) return;
  const target = `contact:${known.id}/${mark.attribute}`;
  if (known.marked === null && (await recall(context, { connection, kind: 'mark', target })) !== null) return;
  await perform(context, {
    class: client.effects.markContact,
    connection,
    kind: 'mark',
    target,
    // The step may create the contact in another attempt: their intents stay apart.
    part: 'mark',
    values: { attribute: mark.attribute, id: mark.id },
    send: async (send) => {
      await client.markContact(known.id, { mark, former }, send);
      return known.id;
    },
  });
}

async function createContact(
  context: ActionContext,
  names: NameCache,
  input: ActionInput<'ensureContact'>,
  keys: ContactKeys,
): Promise<Contact> {
  const { connection, externalId, name, email, phone } = input;
  const client = context.connections.open('helpdesk', connection);
  const abilities = await client.abilities();
  if (!abilities.createContact) throw cannotCreate(context, connection);
  const inbox = await findNamed(context, names, { connection, kind: 'inbox', name: input.inbox });
  const created: Contact[] = [];
  const id = await perform(context, {
    class: client.effects.createContact,
    connection,
    kind: 'contact',
    target: `contact:${externalId ?? 'by-address'}`,
    values: { externalId, name, email, phone, inboxId: inbox.id },
    send: async (send) => {
      const contact = await client.createContact({ ...keys, name, phone, inboxId: inbox.id }, send);
      created.push(contact);
      return contact.id;
    },
    find: async () => (await client.findContact(keys))?.id ?? null,
  });
  return created[0] ?? { id, name, email };
}

function nobody(context: ActionContext, connection: string): Error {
  return attention(context, {
    code: 'no_customer',
    message: 'The record names neither a customer nor an e-mail address: there is nobody to open a conversation with.',
    hint: 'Look at the record in the system it comes from. Set the address with `edit` (field `email`), or do by hand what is to be done and skip.',
    connection,
  });
}

function cannotCreate(context: ActionContext, connection: string): Error {
  return attention(context, {
    code: 'missing_ability',
    message: `The customer is no contact of ${connection} yet, and its token cannot create contacts: the server refused or does not know that call when it was probed.`,
    hint: `Create the contact in the helpdesk with the customer's e-mail address, or give ${connection} a token that may create contacts; then retry.`,
    connection,
  });
}
