import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { bindInbound } from '../../server/bound-inbound.ts';
import { createLogger } from '../../server/logger.ts';
import { createMetrics } from '../../server/metrics.ts';
import { createReceiver } from '../../server/receiver.ts';
import { startServer } from '../../server/start.ts';
import { createMemoryStores } from './memory-stores.ts';
import { fixtureInbound, fixtureSettings, signFixture } from './fixture-connector.ts';
import type { OutgoingHttpHeaders } from 'node:http';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { ReceiverMetrics } from '../../server/metrics.ts';
import type { ReceiverDeps } from '../../server/ports.ts';
import type { RunningServer, ServerTimes } from '../../server/start.ts';
import type { FixtureSettings } from './fixture-connector.ts';
import type { MemoryStores } from './memory-stores.ts';

export const NOW_MS = 1_700_000_000_000;

export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

export interface TestReceiver {
  readonly port: number;
  readonly server: RunningServer;
  readonly stores: MemoryStores;
  readonly metrics: ReceiverMetrics;
  /** Log lines, parsed. */
  readonly lines: Record<string, unknown>[];
  /** The log as written. */
  logText(): string;
  post(path: string, body: string | Buffer, headers?: OutgoingHttpHeaders): Promise<Reply>;
  /** Posts an authentic event of the made-up sender to the connection `shop`. */
  event(fields?: Record<string, unknown>): Promise<Reply>;
}

export interface ReceiverOptions extends Partial<Omit<ReceiverDeps, 'stores' | 'connections'>> {
  readonly connections?: Record<string, Partial<FixtureSettings>>;
  readonly bound?: readonly BoundInbound[];
  readonly stores?: MemoryStores;
  readonly times?: Partial<ServerTimes>;
}

/** Starts the real receiver on a free port for one test; its fixture connections sign as `signFixture` does. */
export async function openReceiver(options: ReceiverOptions = {}): Promise<TestReceiver> {
  const { connections = { shop: {} }, bound = [], stores = createMemoryStores(), times, ...deps } = options;
  const metrics = createMetrics();
  const written: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  const own = Object.entries(connections).map(([name, settings]) =>
    bindInbound(name, 'fixture', fixtureInbound, fixtureSettings(settings)),
  );
  const receiver = createReceiver({
    connections: new Map([...own, ...bound].map((connection) => [connection.name, connection])),
    route: (_connection, event) => (event.topic === 'unwanted' ? [] : [{ flow: 'flow', key: event.record, lane: 0 }]),
    stores,
    now: () => NOW_MS,
    log: createLogger('info', sink),
    metrics,
    ...deps,
  });
  const server = await startServer({ receiver, host: '127.0.0.1', port: 0, times: { drainMs: 500, ...times } });
  onTestFinished(() => server.close());
  const post = (path: string, body: string | Buffer, headers: OutgoingHttpHeaders = {}): Promise<Reply> =>
    send(server.port, 'POST', path, body, headers);
  return {
    port: server.port,
    server,
    stores,
    metrics,
    get lines() {
      return written.map((line): Record<string, unknown> => JSON.parse(line));
    },
    logText: () => written.join(''),
    post,
    event: (fields = {}) => {
      const body = JSON.stringify({ id: 'e1', topic: 'order.created', ...fields });
      return post('/webhooks/shop', body, signFixture(body, NOW_MS));
    },
  };
}

/** Sends one request on a connection of its own and reads the whole answer. */
export function send(
  port: number,
  method: string,
  path: string,
  body: string | Buffer = '',
  headers: OutgoingHttpHeaders = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body.length > 0 && headers['transfer-encoding'] === undefined ? { 'content-length': Buffer.byteLength(body) } : {};
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Writes raw text to the port and returns all that comes back until the server closes. */
export function sendRaw(port: number, text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}
