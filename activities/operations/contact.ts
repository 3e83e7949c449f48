import type { Contact } from '../../connectors/helpdesk.ts';
import type { OperationInput } from '../../flows/steps.ts';
import type { OperationContext, OperationTable } from '../operation.ts';
import { perform } from './effect.ts';
import { attention } from './failure.ts';
import { findNamed } from './names.ts';
import type { NameCache } from './names.ts';

/** Operations on contacts. */
export function createContactOperations(names: NameCache): Pick<OperationTable, 'ensureContact'> {
  return {
    ensureContact: async (context, input) => {
      const client = context.connections.helpdesk(input.connection);
      const known = await client.findContact(input);
      return known ?? createContact(context, names, input);
    },
  };
}

async function createContact(context: OperationContext, names: NameCache, input: OperationInput<'ensureContact'>): Promise<Contact> {
  const { connection, externalId, name, email, phone } = input;
  const client = context.connections.helpdesk(connection);
  const abilities = await client.abilities();
  if (!abilities.createContact) throw cannotCreate(context, connection);
  const inbox = await findNamed(context, names, { connection, kind: 'inbox', name: input.inbox });
  const values = { externalId, name, email, phone, inboxId: inbox.id };
  const created: Contact[] = [];
  const id = await perform(context, {
    class: client.effects.createContact,
    connection,
    kind: 'contact',
    target: `contact:${externalId}`,
    values,
    send: async (send) => {
      const contact = await client.createContact(values, send);
      created.push(contact);
      return contact.id;
    },
    find: async () => (await client.findContact({ externalId, email }))?.id ?? null,
  });
  return created[0] ?? { id, name, email };
}

function cannotCreate(context: OperationContext, connection: string): Error {
  return attention(context, {
    code: 'missing_ability',
    message: `The customer is no contact of ${connection} yet, and its token cannot create contacts: the server refused or does not know that call when it was probed.`,
    hint: `Create the contact in the helpdesk with the customer's e-mail address, or give ${connection} a token that may create contacts; then retry.`,
    connection,
  });
}
