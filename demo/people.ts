import type { Sandbox } from '../sandbox/main.ts';
import type { Said } from './tally.ts';

const CUSTOMERS = ['Lisa Schmidt', 'Aiko Tanaka', 'Noor Al-Sabah', 'Jonas Weber', 'Mia Rossi', 'Emil Novak', 'Sara Lind', 'Tomas Silva'];

/** The helpdesks in which people write. */
export type Desk = 'chatwoot' | 'deskwoot';

/** A conversation that people have. */
export interface Talk {
  readonly desk: Desk;
  readonly id: string;
}

/** The customers and agents of the sandbox, and a list of what they did. */
export interface People {
  readonly said: readonly Said[];
  /** Invoices whose payment failed, by number. */
  readonly invoices: readonly string[];
  /** A customer begins a conversation; `told` resolves when the helpdesk's webhooks were answered. */
  begin(desk: Desk, text: string): { readonly talk: Talk; readonly told: Promise<void> };
  write(talk: Talk, text: string): Promise<void>;
  answer(talk: Talk, text: string): Promise<void>;
  /** A payment fails; `amount` in the currency's smallest unit. Answers the invoice's number; `told`: Stripe's event was answered or given up. */
  failPayment(
    amount: number,
    currency: string,
    connection?: 'billing' | 'enterprise',
  ): { readonly invoice: string; readonly told: Promise<void> };
}

/** Makes the people of a sandbox. */
export function createPeople({ chatwoot, deskwoot, stripe }: Sandbox): People {
  const said: Said[] = [];
  const invoices: string[] = [];
  const mark = (text: string): string => `${text} (message ${said.length + 1})`;
  const note = ({ desk, id }: Talk): void => void said.push({ conversation: `${desk}/${id}`, number: said.length + 1 });
  const nextCustomer = (): { readonly name: string; readonly email: string } => {
    const name = CUSTOMERS[said.length % CUSTOMERS.length] ?? 'Lisa Schmidt';
    return { name, email: `customer${said.length + invoices.length}@example.com` };
  };
  const say = (talk: Talk, write: () => { readonly told: Promise<void> }): Promise<void> => {
    const { told } = write();
    note(talk);
    return told;
  };
  return {
    said,
    invoices,
    begin(desk, text) {
      const written =
        desk === 'chatwoot'
          ? chatwoot.customerWrites('new', mark(text), [], nextCustomer())
          : deskwoot.customerWrites('new', mark(text), [], nextCustomer());
      const talk = { desk, id: String(written.conversationId) };
      note(talk);
      return { talk, told: written.told };
    },
    write: (talk, text) =>
      say(talk, () =>
        talk.desk === 'chatwoot' ? chatwoot.customerWrites(Number(talk.id), mark(text)) : deskwoot.customerWrites(talk.id, mark(text)),
      ),
    answer: (talk, text) =>
      say(talk, () =>
        talk.desk === 'chatwoot' ? chatwoot.agentWrites(Number(talk.id), mark(text)) : deskwoot.agentWrites(talk.id, mark(text)),
      ),
    failPayment(amount, currency, connection = 'billing') {
      // One account stands for two: what differs is where its events go.
      for (const destination of stripe.destinations) destination.url = new URL(connection, destination.url).href;
      const { invoice, told } = stripe.failPayment({ amountDue: amount, currency, ...nextCustomer() });
      invoices.push(invoice.number);
      return { invoice: invoice.number, told };
    },
  };
}
