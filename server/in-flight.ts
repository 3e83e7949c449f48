import type { ReceiverLimits } from './ports.ts';

/** A place among the requests being handled. */
export interface Place {
  /** Gives back the place and its bytes; harmless when repeated. */
  release(): void;
}

/** A place, or which bound there is none left within. */
export type Entry = { readonly place: Place } | { readonly full: 'too_many_requests' | 'too_many_bytes' };

/** The authentic requests being handled, bounded in number and in bytes, over all connections and for each. */
export interface InFlight {
  /** A place for a complete request with a body of so many bytes. */
  enter(connection: string, bytes: number): Entry;
  requests(): number;
  bytes(): number;
}

/** Counts what is being handled. Only what was found authentic enters: a place is held while we wait for the store, and nobody else may. */
export function createInFlight(limits: ReceiverLimits): InFlight {
  const byConnection = new Map<string, number>();
  let requests = 0;
  let held = 0;

  const count = (connection: string, change: 1 | -1, bytes: number): void => {
    requests += change;
    held += change * bytes;
    byConnection.set(connection, (byConnection.get(connection) ?? 0) + change);
  };

  return {
    enter(connection, bytes) {
      const own = byConnection.get(connection) ?? 0;
      if (requests >= limits.requests || own >= limits.requestsPerConnection) return { full: 'too_many_requests' };
      if (held + bytes > limits.totalBytes) return { full: 'too_many_bytes' };
      count(connection, 1, bytes);
      let released = false;
      return {
        place: {
          release() {
            if (released) return;
            released = true;
            count(connection, -1, bytes);
          },
        },
      };
    },
    requests: () => requests,
    bytes: () => held,
  };
}
