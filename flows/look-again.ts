import type { ActionName } from './actions.ts';

/** From this age of its event on a record that is not there is gone. Before, it may only be late to show: on a replica, in an index. */
const YOUNG_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
/** No two clocks of an installation are this far apart. */
const CLOCKS_APART_MS = 3_600_000;
/** Reads of what the event itself names; null means that it was not found. */
const NAMED_BY_EVENT: readonly ActionName[] = ['readInvoice', 'readConversation', 'readMessage'];

/** What a step in `delivery` or `batch` found, as far as it matters here. */
export interface Looked {
  readonly action: ActionName;
  readonly output: unknown;
  /** When the event was received: ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Epoch milliseconds, by any clock of the installation. */
  readonly nowMs: number;
}

/** Whether what a step did not find may be there yet; then the event's age, by the store's clock, says how long it is looked for. */
export function mayBeLate({ action, output, receivedAt, nowMs }: Looked): boolean {
  return output === null && NAMED_BY_EVENT.includes(action) && nowMs - Date.parse(receivedAt) < CLOCKS_APART_MS;
}

/** Milliseconds until the next look for a record that was not there when its event had this age; null: it is gone. */
export function nextLookInMs(ageMs: number | null): number | null {
  if (ageMs === null || ageMs >= YOUNG_MS) return null;
  return Math.min(Math.max(FIRST_WAIT_MS, ageMs), YOUNG_MS - ageMs);
}
