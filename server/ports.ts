import type { InboundEvent } from '../connectors/connector.ts';
import type { AddressOf } from './addresses.ts';
import type { ArrivalLimits } from './arrivals.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { ConnectionLimits } from './connections.ts';
import type { ReceiverMetrics } from './metrics.ts';

/** One flow's claim on an event. */
export interface Delivery {
  readonly flow: string;
  /** What the flow orders by; null: this delivery is a key of its own. */
  readonly key: string | null;
  /** 0 live, 1 replay. */
  readonly lane: 0 | 1;
}

/** One event to be stored, with the deliveries that the configuration wants of it. */
export interface RecordRow {
  readonly connection: string;
  /** SHA-256 of the event's dedupe key. */
  readonly dedupe: Buffer;
  readonly topic: string;
  readonly record: string | null;
  readonly raw: Buffer;
  /** The event's facts, as JSON. */
  readonly facts: string;
  readonly receivedAt: Date;
  readonly deliveries: readonly Delivery[];
}

/** A stored event; `fresh` is false where it had been stored before. */
export interface RecordedRow {
  readonly eventId: string;
  readonly fresh: boolean;
}

/** An authentic request that nothing can be made of, kept for a person. */
export interface ParkedRequest {
  readonly connection: string;
  readonly problem: string;
  readonly sha256: Buffer;
  /** null: it was too large to be kept. */
  readonly raw: Buffer | null;
  readonly receivedAt: Date;
}

/** What stores for the receiver. A resolved promise means: on disk. */
export interface Stores {
  /** Rejects with StoreUnavailable, QueueFull, or the driver's error of a row that no store could take; any other is a mistake of ours. */
  record(rows: readonly RecordRow[]): Promise<readonly RecordedRow[]>;
  /** Takes rows while the store is down. Left out: there is no second place. */
  readonly fallback?: (rows: readonly RecordRow[]) => Promise<void>;
  park(request: ParkedRequest): Promise<void>;
  /** Resolves when the store can be written: it writes. */
  probeStore(): Promise<void>;
  /** Resolves when the fallback would take rows. */
  readonly probeFallback?: () => Promise<void>;
}

/** The part of a pino logger that the receiver uses. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How much the receiver holds at a time. */
export interface ReceiverLimits extends ArrivalLimits, ConnectionLimits {
  /** Bytes of one body, whoever sends it; null: as much as its sender is known to send. */
  readonly bodyBytes: number | null;
  /** Bytes of the bodies being handled; those on their way count apart. */
  readonly totalBytes: number;
  /** Authentic requests being handled. */
  readonly requests: number;
  /** Of those, for one connection, so that one sender cannot starve the others. */
  readonly requestsPerConnection: number;
  /** Milliseconds the store has for recording before it counts as down for this request. */
  readonly recordMs: number;
  /** Milliseconds the fallback has; together with `recordMs` below 2.5 s. */
  readonly fallbackMs: number;
}

/** Everything the receiver works with. */
export interface ReceiverDeps {
  readonly connections: ReadonlyMap<string, BoundInbound>;
  /** Which flows want the event; pure, from the configuration. */
  route(connection: string, event: InboundEvent): readonly Delivery[];
  readonly stores: Stores;
  /** Unix milliseconds. */
  now(): number;
  readonly log: Log;
  readonly metrics: ReceiverMetrics;
  readonly limits?: Partial<ReceiverLimits>;
  /** Which addresses are counted together; left out: proxies are near only. */
  readonly addressOf?: AddressOf;
}

export const DEFAULT_LIMITS: ReceiverLimits = {
  connections: 2_048,
  connectionsPerAddress: 512,
  arrivingBytes: 64_000_000,
  arrivingBytesPerAddress: 32_000_000,
  bodyMs: 10_000,
  patienceMs: 3_000,
  leastBytesPerSecond: 5_000,
  bodyBytes: null,
  totalBytes: 64_000_000,
  requests: 512,
  requestsPerConnection: 256,
  recordMs: 1_000,
  fallbackMs: 1_400,
};
