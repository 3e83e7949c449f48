import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressOf } from './addresses.ts';

/** How many connections may be open. */
export interface ConnectionLimits {
  readonly connections: number;
  /** Of those, from one address. */
  readonly connectionsPerAddress: number;
}

/** The open connections of a listener. */
export interface Connections {
  /** Follows what a server accepts; call before it listens. */
  watch(server: Server): void;
  open(): number;
  /** How many were closed to make room, since the start. */
  closedForRoom(): number;
}

interface Visitor {
  readonly socket: Socket;
  readonly address: string | null;
  /** Requests whose answers are not complete. */
  underWay: number;
  /** Whether it ever got an answer. */
  served: boolean;
  /** Since when nothing is under way. */
  since: number;
}

/**
 * Bounds connections, whatever is or is not sent on them. Where one is too many the least useful is closed: one that never brought a
 * request, then one that idles, the longest first, then the one whose body is slowest, at last the new one. A connection whose
 * request is being recorded is never closed.
 */
export function createConnections(
  limits: ConnectionLimits,
  addressOf: AddressOf,
  clock: () => number,
  slowestBody: (address: string | null) => Socket | undefined,
): Connections {
  const visitors = new Map<Socket, Visitor>();
  const countOf = new Map<string, number>();
  let closed = 0;

  const forget = (socket: Socket): void => {
    const visitor = visitors.get(socket);
    if (visitor === undefined) return;
    visitors.delete(socket);
    if (visitor.address === null) return;
    const left = (countOf.get(visitor.address) ?? 1) - 1;
    if (left === 0) countOf.delete(visitor.address);
    else countOf.set(visitor.address, left);
  };
  const makeRoom = (address: string | null, newcomer: Socket): void => {
    const victim = leastUseful(visitors, address, newcomer) ?? slowestBody(address) ?? newcomer;
    closed += 1;
    forget(victim);
    victim.destroy();
  };
  const enter = (socket: Socket): void => {
    const address = addressOf(socket.remoteAddress);
    visitors.set(socket, { socket, address, underWay: 0, served: false, since: clock() });
    if (address !== null) countOf.set(address, (countOf.get(address) ?? 0) + 1);
    socket.once('close', () => forget(socket));
    if (address !== null && (countOf.get(address) ?? 0) > limits.connectionsPerAddress) makeRoom(address, socket);
    if (visitors.size > limits.connections) makeRoom(null, socket);
  };
  const serve = (socket: Socket, response: ServerResponse): void => {
    const visitor = visitors.get(socket);
    if (visitor === undefined) return;
    visitor.underWay += 1;
    response.once('close', () => {
      visitor.underWay -= 1;
      visitor.served = true;
      visitor.since = clock();
    });
  };

  return {
    watch(server) {
      server.on('connection', enter);
      server.on('request', (request, response: ServerResponse) => serve(request.socket, response));
    },
    open: () => visitors.size,
    closedForRoom: () => closed,
  };
}

function leastUseful(visitors: ReadonlyMap<Socket, Visitor>, address: string | null, newcomer: Socket): Socket | undefined {
  let least: Visitor | undefined = undefined;
  for (const visitor of visitors.values()) {
    if (visitor.underWay > 0 || visitor.socket === newcomer) continue;
    if (address !== null && visitor.address !== address) continue;
    if (least === undefined || isLessUseful(visitor, least)) least = visitor;
  }
  return least?.socket;
}

function isLessUseful(a: Visitor, b: Visitor): boolean {
  return a.served === b.served ? a.since < b.since : !a.served;
}
