import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_HEADER_LINES } from './raw-headers.ts';
import type { Receiver } from './receiver.ts';

const MAX_HEADER_BYTES = 16_384;

/** Milliseconds that HTTP connections get. */
export interface ServerTimes {
  /** For all headers. */
  readonly headersMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  /** Between two requests; above what the proxy in front keeps its connections for, or it sends into closed ones. */
  readonly keepAliveMs: number;
  /** Between two checks of the above. */
  readonly checkMs: number;
  /** For requests under way when the server is closed. */
  readonly drainMs: number;
}

export interface ServerOptions {
  readonly receiver: Receiver;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly times?: Partial<ServerTimes>;
}

export interface RunningServer {
  readonly port: number;
  /** Stops accepting, lets what is under way finish, closes everything after `drainMs` at the latest. */
  close(): Promise<void>;
}

const DEFAULT_TIMES: ServerTimes = { headersMs: 5_000, requestMs: 15_000, keepAliveMs: 75_000, checkMs: 1_000, drainMs: 10_000 };

/** Serves the receiver over HTTP. Rejects where the address cannot be listened on. */
export async function startServer({ receiver, host, port, times: given = {} }: ServerOptions): Promise<RunningServer> {
  const times = { ...DEFAULT_TIMES, ...given };
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    // Nothing rests on Host, and where too many lines push it out the answer has to be about the lines.
    requireHostHeader: false,
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    keepAliveTimeout: times.keepAliveMs,
    connectionsCheckingInterval: times.checkMs,
  });
  // One more than allowed is kept, so that too many can be told from exactly enough: Node.js drops the rest silently.
  server.maxHeadersCount = MAX_HEADER_LINES + 1;
  receiver.connections.watch(server);
  const underWay = trackResponses(server);
  server.on('request', receiver.app);
  // With a listener of our own the sender's body is asked for only after its announced size was looked at.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  await listen(server, host, port);
  return {
    port: portOf(server.address()),
    close: () => closeGracefully(server, receiver, underWay, times.drainMs),
  };
}

function trackResponses(server: Server): Set<ServerResponse> {
  const underWay = new Set<ServerResponse>();
  server.on('request', (_request, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (!server.listening) server.closeIdleConnections();
    });
  });
  return underWay;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port; expected host and port');
  return address.port;
}

function closeGracefully(server: Server, receiver: Receiver, underWay: ReadonlySet<ServerResponse>, drainMs: number): Promise<void> {
  receiver.drain();
  for (const response of underWay) if (!response.headersSent) response.setHeader('connection', 'close');
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(timer);
      receiver.stop();
      resolve();
    });
  });
}
