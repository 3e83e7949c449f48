import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server, ServerResponse } from 'node:http';
import { listen } from './listen.ts';
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
  /**
   * Is not ready from now on, and closes each connection with its next answer, but takes what comes for `lameDuckMs` (0 where left out):
   * so long load balancers need until they look elsewhere. Then stops accepting, lets what is under way finish, and closes everything
   * after `drainMs` at the latest.
   */
  close(options?: { readonly lameDuckMs: number }): Promise<void>;
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
  const answers = trackAnswers(server);
  server.on('request', receiver.app);
  // With a listener of our own the sender's body is asked for only after its announced size was looked at.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  return {
    port: await listen(server, host, port),
    async close({ lameDuckMs } = { lameDuckMs: 0 }) {
      receiver.drain();
      answers.closeWithEach();
      if (lameDuckMs > 0) await pause(lameDuckMs);
      await closeGracefully(server, times.drainMs);
      receiver.stop();
    },
  };
}

/** Follows the answers under way. `closeWithEach`: from then on each one, those under way included, is the last of its connection. */
function trackAnswers(server: Server): { closeWithEach(): void } {
  const underWay = new Set<ServerResponse>();
  let leaving = false;
  server.on('request', (_request, response: ServerResponse) => {
    underWay.add(response);
    if (leaving) response.setHeader('connection', 'close');
    response.once('close', () => {
      underWay.delete(response);
      if (!server.listening) server.closeIdleConnections();
    });
  });
  return {
    closeWithEach() {
      leaving = true;
      for (const response of underWay) if (!response.headersSent) response.setHeader('connection', 'close');
    },
  };
}

function closeGracefully(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
