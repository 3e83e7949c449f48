import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { freePort } from './free-port.ts';
import type { Server, Socket } from 'node:net';

/** A TCP proxy that stands between two parts, so that a run can take the far one away. */
export interface TcpProxy {
  readonly port: number;
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Listens on the same port again. */
  restore(): Promise<void>;
  /**
   * From now on nothing passes on the connections of today, and neither end hears that the other closed; new ones are served. So does
   * a firewall that forgets its connections, or a host that is replaced without a word.
   */
  freeze(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  frozen: boolean;
}

/** Starts a proxy on a free port of 127.0.0.1 before the given address. */
export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const pass = (near: Socket): void => {
    const pair: Pair = { near, far: connect(target), frozen: false };
    pairs.add(pair);
    for (const [one, other] of [[near, pair.far] as const, [pair.far, near] as const]) {
      one.on('error', () => undefined);
      one.once('close', () => {
        if (pair.frozen) return;
        pairs.delete(pair);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  const port = await freePort();
  let server = await listen(pass, port);
  const cut = async (): Promise<void> => {
    for (const { near, far } of pairs) for (const socket of [near, far]) socket.resetAndDestroy();
    pairs.clear();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  return {
    port,
    cut,
    async restore() {
      if (!server.listening) server = await listen(pass, port);
    },
    freeze() {
      for (const pair of pairs) {
        pair.frozen = true;
        // What is sent is taken and dropped: nobody's socket fills up, so nobody notices.
        pair.near.unpipe(pair.far).resume();
        pair.far.unpipe(pair.near).resume();
      }
    },
    close: cut,
  };
}

async function listen(pass: (socket: Socket) => void, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, pass).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
