/** Bytes of bodies that a process holds at a time on behalf of runs; a larger one is held alone. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A body in the store. */
export interface BodyRef {
  readonly eventId: string;
  readonly bytes: number;
}

/** Reads bodies, never more at a time than its bound. */
export interface BodyReader {
  /**
   * Reads a body and gives it to `use`, which must not keep it: its bytes count until `use` has ended. null: it expired or was erased
   * meanwhile. Waits, in the order of the calls, while others hold as many bytes as may be held.
   */
  with<T>(body: BodyRef, use: (raw: Buffer | null) => T): Promise<T>;
}

/** Makes a reader. `read`: the bytes of an event's body; null: it is gone. */
export function createBodyReader({
  read,
  mostBytes = MOST_BYTES,
}: {
  read(eventId: string): Promise<Buffer | null>;
  readonly mostBytes?: number;
}): BodyReader {
  const waiting: { readonly bytes: number; admit(): void }[] = [];
  let held = 0;
  let readers = 0;

  const admitNext = (): void => {
    for (let next = waiting[0]; next !== undefined && (readers === 0 || held + next.bytes <= mostBytes); next = waiting[0]) {
      waiting.shift();
      held += next.bytes;
      readers += 1;
      next.admit();
    }
  };
  return {
    async with({ eventId, bytes }, use) {
      await new Promise<void>((resolve) => {
        waiting.push({ bytes, admit: resolve });
        admitNext();
      });
      try {
        return use(await read(eventId));
      } finally {
        held -= bytes;
        readers -= 1;
        admitNext();
      }
    },
  };
}
