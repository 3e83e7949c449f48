import { formatFields, formatTable } from '../terminal/table.ts';
import type { Outcome } from '../../demo/outcome.ts';
import type { Places } from '../../demo/places.ts';

/** The tables and the verdict. */
export function formatOutcome({ senders, effects, parked, lost, doubled, outOfOrder, right }: Outcome): string {
  const sent = formatTable(
    ['WEBHOOKS', 'SENT', 'ACCEPTED', 'REFUSED', 'NO ANSWER'],
    senders.map((row) => [row.sender, ...[row.sent, row.accepted, row.refused, row.unanswered].map(String)]),
  );
  const found = formatTable(
    ['EFFECTS AT THE REMOTE SYSTEMS', 'EXPECTED', 'FOUND', 'LOST', 'DOUBLED', 'OUT OF ORDER'],
    effects.map((row) => [
      row.what,
      ...[row.expected, row.found, row.lost, row.doubled].map(String),
      row.outOfOrder === null ? '' : String(row.outOfOrder),
    ]),
  );
  const waiting = parked === 0 ? '' : `, ${parked} waits for a person`;
  return `${sent}\n\n${found}\n\n${right ? 'Right' : 'WRONG'}: lost ${lost}, doubled ${doubled}, out of order ${outOfOrder}${waiting}.`;
}

/** Addresses, a line each. */
export function formatPlaces(places: Places): string {
  return formatFields([
    ['Temporal UI', places.temporalUi],
    ['  a delivery', places.delivery],
    ['  a batch', places.batch],
    ['  the parked one', places.parked],
    ['Webhooks', places.webhooks],
    ['Metrics', places.metrics],
    ...Object.entries(places.sandbox).map(([system, origin]) => [`Sandbox: ${system}`, `${origin}/_sandbox/state`] as const),
    ['Log', places.log],
  ]);
}
