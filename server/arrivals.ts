import type { Socket } from 'node:net';
import type { AddressOf } from './addresses.ts';

/** Milliseconds between two looks at how far bodies have come. */
const LOOK_MS = 250;
/** A look so late means that this process stood still: bytes may have come that nobody has read. */
const STALL_MS = 1_000;

/** How much may be on its way. */
export interface ArrivalLimits {
  /** Bytes of all bodies on their way. */
  readonly arrivingBytes: number;
  /** Of those, bytes from one address. */
  readonly arrivingBytesPerAddress: number;
  /** Milliseconds a body may take as a whole. */
  readonly bodyMs: number;
  /** Milliseconds without progress after which a body is given up; a body gets as much at its start. */
  readonly patienceMs: number;
  /** Bytes a second that count as full progress; fewer use patience up in proportion. */
  readonly leastBytesPerSecond: number;
}

/** Why a body is given up: it came too slowly, or it was the slowest where room was needed. */
export type GivenUp = 'slow' | 'crowded';

/** One body on its way. */
export interface Arrival {
  /** Counts bytes that came; false: this body was given up, now or before. */
  take(bytes: number): boolean;
  /** Counts bytes that came and are not kept; what was kept before is let go. */
  pass(bytes: number): void;
  /** The body is complete, or of no interest any more; harmless when repeated. */
  leave(): void;
}

/** All bodies on their way. */
export interface Arrivals {
  /** Begins a body; `giveUp` is called at most once, and never after `leave`. */
  begin(socket: Socket, giveUp: (why: GivenUp) => void): Arrival;
  /** The connection whose body is the slowest, of one address or of all. */
  slowest(address: string | null): Socket | undefined;
  count(): number;
  bytes(): number;
  /** Ends the looking. */
  stop(): void;
}

interface Body {
  readonly socket: Socket;
  readonly address: string | null;
  /** When the body has had all of its time. */
  readonly endsAt: number;
  /** When its patience is used up; the earliest of all is the slowest. Every byte moves it on. */
  dueAt: number;
  held: number;
  giveUp(why: GivenUp): void;
}

/**
 * Bounds what bodies cost before they are complete, when nobody knows yet whether their sender is authentic: in bytes, over all
 * and for each address, and in time. Where room is needed the slowest is given up. `clock`: milliseconds that never go back.
 */
export function createArrivals(limits: ArrivalLimits, addressOf: AddressOf, clock: () => number): Arrivals {
  const bodies = new Set<Body>();
  const bytesOf = new Map<string, number>();
  let bytes = 0;

  const weigh = (body: Body, change: number): void => {
    body.held += change;
    bytes += change;
    if (body.address === null) return;
    const share = (bytesOf.get(body.address) ?? 0) + change;
    if (share === 0) bytesOf.delete(body.address);
    else bytesOf.set(body.address, share);
  };
  const progress = (body: Body, size: number): void => {
    body.dueAt = Math.min(clock() + limits.patienceMs, body.dueAt + (size / limits.leastBytesPerSecond) * 1000);
  };
  const leave = (body: Body): void => {
    if (bodies.delete(body)) weigh(body, -body.held);
  };
  const giveUp = (body: Body, why: GivenUp): void => {
    leave(body);
    body.giveUp(why);
  };
  const makeRoom = (address: string | null): void => {
    const victim = slowestOf(bodies, address, (body) => body.held > 0);
    if (victim !== undefined) giveUp(victim, 'crowded');
  };
  const look = createLook(limits, clock, bodies, (body) => giveUp(body, 'slow'));

  return {
    begin(socket, onGivenUp) {
      const now = clock();
      const body: Body = {
        socket,
        address: addressOf(socket.remoteAddress),
        endsAt: now + limits.bodyMs,
        dueAt: now + limits.patienceMs,
        held: 0,
        giveUp: onGivenUp,
      };
      bodies.add(body);
      return {
        take(size) {
          if (!bodies.has(body)) return false;
          weigh(body, size);
          progress(body, size);
          const { address } = body;
          while (address !== null && (bytesOf.get(address) ?? 0) > limits.arrivingBytesPerAddress) makeRoom(address);
          while (bytes > limits.arrivingBytes) makeRoom(null);
          return bodies.has(body);
        },
        pass(size) {
          weigh(body, -body.held);
          progress(body, size);
        },
        leave: () => leave(body),
      };
    },
    slowest: (address) => slowestOf(bodies, address, () => true)?.socket,
    count: () => bodies.size,
    bytes: () => bytes,
    stop: () => clearInterval(look),
  };
}

/** Gives up what is overdue, again and again. Time in which we ourselves stood still is not counted against anybody. */
function createLook(limits: ArrivalLimits, clock: () => number, bodies: ReadonlySet<Body>, giveUp: (body: Body) => void): NodeJS.Timeout {
  let lastLook = clock();
  const timer = setInterval(() => {
    const now = clock();
    const late = now - lastLook - LOOK_MS;
    lastLook = now;
    if (late > STALL_MS) {
      for (const body of bodies) body.dueAt = Math.max(body.dueAt, now + limits.patienceMs);
      return;
    }
    for (const body of [...bodies]) if (now > body.dueAt || now > body.endsAt) giveUp(body);
  }, LOOK_MS);
  timer.unref();
  return timer;
}

function slowestOf(bodies: ReadonlySet<Body>, address: string | null, counts: (body: Body) => boolean): Body | undefined {
  let slowest: Body | undefined = undefined;
  for (const body of bodies) {
    if ((address !== null && body.address !== address) || !counts(body)) continue;
    if (slowest === undefined || body.dueAt < slowest.dueAt) slowest = body;
  }
  return slowest;
}
