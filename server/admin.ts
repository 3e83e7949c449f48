import { createServer } from 'node:http';
import express from 'express';
import { guardAdmin, isLoopbackName } from './admin-guard.ts';
import { createCodecEndpoint } from './codec.ts';
import { listen } from './listen.ts';
import type { Express, Request, Response } from 'express';
import type { PayloadCodec } from '@temporalio/common';
import type { Metrics } from './registry.ts';

/** Operators' tools keep a few connections. */
const MAX_CONNECTIONS = 100;
const HEADERS_MS = 5_000;
const REQUEST_MS = 15_000;
const KEEP_ALIVE_MS = 30_000;

/** What the admin listener serves, and where. */
export interface AdminOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Bearer token that everyone must show; null only where `host` is a loopback address. */
  readonly token: string | null;
  readonly metrics: Pick<Metrics, 'contentType' | 'text'>;
  /** Left out: no codec endpoint. */
  readonly codec?: PayloadCodec;
  /** Origin of the Temporal UI whose pages may ask; null: none is known yet. */
  readonly uiOrigin: string | null;
  /** Whether the process does its work, for `/readyz`; left out: the public port tells. */
  readonly isReady?: () => boolean;
}

/** A running admin listener. */
export interface RunningAdmin {
  readonly port: number;
  /** Where it is reached from this machine. */
  readonly origin: string;
  /** From now on pages of this origin may ask. */
  allowOrigin(origin: string): void;
  close(): Promise<void>;
}

/** Serves what is for operators, apart from the port that the world knows: `/metrics` and `/codec`. Rejects where it cannot listen. */
export async function startAdmin(options: AdminOptions): Promise<RunningAdmin> {
  const { host, token } = options;
  if (token === null && !isLoopbackName(host))
    throw new Error(`The admin listener on ${host} needs a token: it is not a loopback address.`);
  const origins = new Set(options.uiOrigin === null ? [] : [options.uiOrigin]);
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on(
    'request',
    createApp(options, (origin) => [...origins].some((allowed) => isSameUi(origin, allowed))),
  );
  const port = await listen(server, host, options.port);
  return {
    port,
    origin: `http://${toUrlHost(host)}:${port}`,
    allowOrigin: (origin) => void origins.add(origin),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createApp(options: AdminOptions, allowsOrigin: (origin: string) => boolean): Express {
  const { metrics, isReady } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  if (isReady) app.get('/readyz', (_request, response) => void response.status(isReady() ? 200 : 503).json({ ready: isReady() }));
  app.use(guardAdmin({ token: options.token, allowsOrigin }));
  app.get('/metrics', async (_request, response) => void response.type(metrics.contentType).send(await metrics.text()));
  if (options.codec) app.use(createCodecEndpoint(options.codec));
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: 'not_found', expected: '/metrics or /codec', action: 'Webhooks go to the port of server.port.' });
  });
  return app;
}

/** A UI on this machine is opened as 127.0.0.1 or localhost, which are two origins to a browser. */
function isSameUi(origin: string, allowed: string): boolean {
  if (origin === allowed) return true;
  if (!URL.canParse(origin) || !URL.canParse(allowed)) return false;
  const [a, b] = [new URL(origin), new URL(allowed)];
  return a.origin === origin && a.protocol === b.protocol && a.port === b.port && isLoopbackName(a.hostname) && isLoopbackName(b.hostname);
}

/** Wildcard addresses are listened on, not called. */
function toUrlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
