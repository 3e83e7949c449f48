import type { JsonObject } from './json.ts';

/** A stored event, as flows and the command line see it. */
export interface StoredEvent {
  readonly id: string;
  /** The same for this event in every store, also after a failover that lost rows: connection and hash of its dedupe key. */
  readonly identity: string;
  readonly connection: string;
  readonly topic: string;
  readonly record: string | null;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly facts: JsonObject;
}
