import { deskOf } from './desk.ts';
import type { Stack } from './stack.ts';

/** The flow `dunning` alone, for tests of the way that its events take. */
export const DUNNING_ONLY = `
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing, label: dunning, priority: high } }
`;

/** How often agents were told of each of these invoices, by their ids. */
export function countNotes(stack: Pick<Stack, 'sandbox'>, invoiceIds: readonly string[]): number[] {
  const notes = deskOf(stack.sandbox, 'chatwoot')
    .conversations()
    .flatMap((conversation) => conversation.notes);
  return invoiceIds.map((id) => {
    const number = stack.sandbox.stripe.state.invoices.get(id)?.number;
    if (number === undefined || number === null) throw new Error(`The sandbox knows no invoice ${id}.`);
    return notes.filter((note) => note.includes(`invoice ${number} `)).length;
  });
}
