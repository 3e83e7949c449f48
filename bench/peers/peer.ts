import { z } from 'zod';

/** What each peer of the comparison is made of, and what it is asked to do. */

/** In the order in which they are shown. */
export const PEERS = ['ours', 'bullmq', 'bullmq-always', 'pg-boss', 'graphile-worker', 'dbos', 'restate', 'temporal'] as const;
export type PeerName = (typeof PEERS)[number];

/** What a peer stores in; each is a process (or a cluster of them) of the run's own. */
export const SERVICES = ['postgres', 'redis', 'redis-always', 'restate', 'temporal'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What each peer needs. */
export const NEEDS: { readonly [name in PeerName]: readonly ServiceName[] } = {
  ours: ['postgres', 'temporal'],
  bullmq: ['redis'],
  'bullmq-always': ['redis-always'],
  'pg-boss': ['postgres'],
  'graphile-worker': ['postgres'],
  dbos: ['postgres'],
  restate: ['restate'],
  temporal: ['temporal'],
};

/** What a peer's process is started with. */
export const peerSettings = z.object({
  name: z.enum(PEERS),
  secret: z.string(),
  sinkOrigin: z.string(),
  /** Service → where it is: a URL (of PostgreSQL the peer's own database), of Temporal an address; of Restate also `restate-admin`. */
  services: z.record(z.string(), z.string()),
  /** Of `ours` and `temporal`: their workflows; empty of others. */
  bundlePath: z.string(),
  /** A port for the peer's own use, the same after a restart. */
  ownPort: z.number(),
});
export type PeerSettings = z.infer<typeof peerSettings>;

/** An event as the receiver hands it on, verified and read; also the job that a peer stores. */
export interface PeerEvent {
  /** The same for each delivery of one event: hexadecimal, 64 digits. */
  readonly id: string;
  /** What the effect is about. */
  readonly text: string;
  /** Events of one key should take effect in the order of their acknowledgement; null: no order is asked for. */
  readonly key: string | null;
  readonly body: string;
}

/** What a peer is started with. */
export interface PeerParts {
  /** Where one of its services is. Throws where the run has none of that name. */
  service(name: ServiceName | 'restate-admin'): string;
  readonly bundlePath: string;
  readonly ownPort: number;
  /** The one effect of an event: an HTTP call. Rejects where it fails, or is not known to have worked. */
  effect(text: string): Promise<void>;
}

/** One library behind the receiver, set up as its documentation recommends to lose nothing and to be fast. */
export interface Peer {
  /** Resolves when the library says that the event is stored: the receiver answers then. */
  accept(event: PeerEvent): Promise<void>;
  /** Events that it still means to carry out. */
  held(): Promise<number>;
  close(): Promise<void>;
}

/** Effects at once, where a peer's documentation leaves the number to its user. */
export const CONCURRENCY = 64;
/** Connections to PostgreSQL, likewise. */
export const POOL = 25;

/** The key in the text of an event that has one: `…~<key>~<sequence>`. */
export function keyOf(text: string): string | null {
  return /~([^~]+)~\d+$/.exec(text)?.[1] ?? null;
}
