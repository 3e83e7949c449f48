import { z } from 'zod';
import type { Child } from '../rig/child.ts';

const arrivals = z.array(z.tuple([z.string(), z.number()]));
const LOOK_EVERY_MS = 250;

/** What arrived at the sink so far; what was taken from it is kept here. */
export interface Arrivals {
  /** Takes what arrived meanwhile; answers how many different events there are in all. */
  look(): Promise<number>;
  doubled(): number;
  has(id: string): boolean;
  /** Waits until so many arrived; gives up where none came for `idleMs`. */
  waitFor(count: number, idleMs: number): Promise<void>;
}

/** Follows a sink; texts are `<record type>:<event id>`. */
export function followArrivals(sink: Child): Arrivals {
  const seen = new Set<string>();
  let doubled = 0;
  const look = async (): Promise<number> => {
    for (const [text] of arrivals.parse(await sink.ask('take'))) {
      const id = text.slice(text.indexOf(':') + 1);
      if (seen.has(id)) doubled += 1;
      seen.add(id);
    }
    return seen.size;
  };
  return {
    look,
    doubled: () => doubled,
    has: (id) => seen.has(id),
    async waitFor(count, idleMs) {
      let last = await look();
      let untilMs = Date.now() + idleMs;
      while (last < count && Date.now() < untilMs) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
        const now = await look();
        if (now > last) untilMs = Date.now() + idleMs;
        last = now;
      }
    },
  };
}
