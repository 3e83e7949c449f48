import type { ReceiverLimits } from './ports.ts';

/** A place among the requests under way. */
export interface Slot {
  /** Takes room for bytes of a body; false: there is none left. */
  take(bytes: number): boolean;
  /** Gives back the place and all its bytes; harmless when repeated. */
  release(): void;
}

/** What is under way, bounded in requests and in bytes, over all connections and for each. */
export interface InFlight {
  /** A place, or undefined where there is none left. */
  enter(connection: string): Slot | undefined;
  requests(): number;
  bytes(): number;
}

/** Counts what is under way; bytes are counted as they arrive, so that announcing much takes nothing from others. */
export function createInFlight(limits: ReceiverLimits): InFlight {
  const byConnection = new Map<string, number>();
  let requests = 0;
  let bytes = 0;

  const leave = (connection: string, held: number): void => {
    requests -= 1;
    bytes -= held;
    byConnection.set(connection, (byConnection.get(connection) ?? 1) - 1);
  };

  const createSlot = (connection: string): Slot => {
    let held = 0;
    let released = false;
    return {
      take(size) {
        if (released || bytes + size > limits.totalBytes) return false;
        bytes += size;
        held += size;
        return true;
      },
      release() {
        if (released) return;
        released = true;
        leave(connection, held);
      },
    };
  };

  return {
    enter(connection) {
      const own = byConnection.get(connection) ?? 0;
      if (requests >= limits.requests || own >= limits.requestsPerConnection) return undefined;
      requests += 1;
      byConnection.set(connection, own + 1);
      return createSlot(connection);
    },
    requests: () => requests,
    bytes: () => bytes,
  };
}
