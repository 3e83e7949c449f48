import { createHash } from 'node:crypto';
import { withTimeLimit } from './time-limit.ts';
import type { RequestHead } from '../connectors/connector.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { Stores } from './ports.ts';
import type { Outcome } from './verdict.ts';

/** Bodies read past at a time: reading costs a processor time, and anyone can send. */
const AT_ONCE = 4;
/** Bytes of one body that are read past. */
const MOST_BYTES = 64_000_000;

/** A body over the limit that turned out to be authentic. */
export interface OversizedBody {
  readonly received: number;
  readonly sha256: Buffer;
  readonly secretIndex: number | null;
}

/** Reads past one body without keeping it. */
export interface PastReader {
  /** false: it is too long even for that. */
  add(piece: Buffer): boolean;
  /** null: not authentic. */
  end(): OversizedBody | null;
  /** Makes room for another; harmless when repeated. */
  leave(): void;
}

/** Tells which of the bodies that are over the limit are authentic: those an operator should know of. */
export interface Oversized {
  /** null: their headers, or how many there are, say that it cannot or need not be found out. */
  begin(connection: BoundInbound, head: RequestHead, announcedBytes: number): PastReader | null;
}

/** Makes the reader of such bodies; it holds none of them. */
export function createOversized(now: () => number): Oversized {
  let underWay = 0;
  return {
    begin(connection, head, announcedBytes) {
      if (underWay >= AT_ONCE || announcedBytes > MOST_BYTES || connection.refusal !== null) return null;
      const begun = connection.beginVerify?.(head, now());
      if (begun === undefined || !('update' in begun)) return null;
      const hash = createHash('sha256');
      let received = 0;
      let left = false;
      underWay += 1;
      return {
        add(piece) {
          received += piece.length;
          if (received > MOST_BYTES) return false;
          hash.update(piece);
          begun.update(piece);
          return true;
        },
        end() {
          const verification = begun.end();
          return verification.ok ? { received, sha256: hash.digest(), secretIndex: verification.secretIndex } : null;
        },
        leave() {
          if (left) return;
          left = true;
          underWay -= 1;
        },
      };
    },
  };
}

/** Lists an authentic request that was refused for its size; the body is gone, what can be said of it is kept for a person. */
export async function listOversized(
  deps: { readonly park: Stores['park']; readonly parkMs: number; now(): number },
  connection: BoundInbound,
  { received, sha256, secretIndex }: OversizedBody,
  limitBytes: number,
): Promise<Outcome> {
  const problem = `a body of ${received} bytes is over the limit of ${limitBytes} bytes (server.maxBody); it was not kept`;
  const parked = { connection: connection.name, problem, sha256, raw: null, receivedAt: new Date(deps.now()) };
  const listed = await withTimeLimit('listing', deps.parkMs, deps.park(parked)).then(
    () => true,
    () => false,
  );
  return { verdict: 'oversized', reason: null, hint: listed ? problem : `${problem}, nor listed: the store is down`, secretIndex };
}
