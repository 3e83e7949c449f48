import express from 'express';
import { createAddressOf } from './addresses.ts';
import { answerTo } from './answers.ts';
import { createArrivals } from './arrivals.ts';
import { createConnections } from './connections.ts';
import { createHealth, createWatch } from './health.ts';
import { createInFlight } from './in-flight.ts';
import { createOversized } from './oversized.ts';
import { DEFAULT_LIMITS } from './ports.ts';
import { createRecording } from './recording.ts';
import { sendAnswer } from './reply.ts';
import { createRequestLog } from './request-log.ts';
import { handleWebhook } from './webhook-route.ts';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Connections } from './connections.ts';
import type { ReceiverDeps, ReceiverLimits } from './ports.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { WebhookRouteDeps } from './webhook-route.ts';

/** The receiver as an Express application, and what starting and stopping it needs. */
export interface Receiver {
  readonly app: Express;
  /** Bounds the connections of the listener that serves `app`. */
  readonly connections: Connections;
  /** From now on `/readyz` says no, so that load balancers look elsewhere. */
  drain(): void;
  /** Ends background work; call after the last request. */
  stop(): void;
}

/**
 * Builds the receiver: what the world may ask, which is webhooks and health and nothing else. No body parser stands before the webhook
 * route, the path decides exactly (case, slashes), nothing is ever redirected, and nothing a stranger can ask for costs a query.
 */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const limits = toLimits(deps.limits ?? {});
  const recording = createRecording(deps.stores, limits, deps.log);
  const addressOf = deps.addressOf ?? createAddressOf([]);
  const clock = (): number => performance.now();
  const arrivals = createArrivals(limits, addressOf, clock);
  const connections = createConnections(limits, addressOf, clock, (address) => arrivals.slowest(address));
  const route: WebhookRouteDeps = {
    connections: deps.connections,
    route: deps.route,
    recording,
    park: deps.stores.park,
    parkMs: limits.recordMs,
    now: deps.now,
    limits,
    arrivals,
    oversized: createOversized(deps.now),
    inFlight: createInFlight(limits),
    metrics: deps.metrics,
    log: createRequestLog(deps.log, deps.now),
  };
  watchReceiver(deps.metrics, route, connections);
  let draining = false;
  const watch = createWatch({ stores: deps.stores, recording, isDraining: () => draining });

  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.all('/webhooks/:connection', (request, response) =>
    handleWebhook(route, { connection: request.params.connection, token: undefined }, request, response),
  );
  app.all('/webhooks/:connection/:token', (request, response) => handleWebhook(route, request.params, request, response));
  app.use(createHealth(() => watch.read()));
  app.use((request, response) => handleWebhook(route, undefined, request, response));
  app.use(answerMistake);
  return {
    app,
    connections,
    drain: () => (draining = true),
    stop() {
      recording.stop();
      watch.stop();
      arrivals.stop();
    },
  };
}

/** Connections leave room for as many requests as may be handled, and for as many again that are on their way. */
function toLimits(given: Partial<ReceiverLimits>): ReceiverLimits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  return { ...limits, connections: given.connections ?? Math.max(limits.connections, 2 * limits.requests) };
}

function watchReceiver(metrics: ReceiverMetrics, { arrivals, inFlight, recording }: WebhookRouteDeps, connections: Connections): void {
  const watch = (name: string, help: string, read: () => number): void =>
    metrics.watch(name, help, [], () => [{ labels: {}, value: read() }]);
  watch('deskbridge_webhook_connections', 'Open connections of the public port', () => connections.open());
  watch('deskbridge_webhook_connections_closed', 'Connections closed to make room, since the start', () => connections.closedForRoom());
  watch('deskbridge_webhook_arriving', 'Requests whose bodies are on their way', () => arrivals.count());
  watch('deskbridge_webhook_arriving_bytes', 'Bytes of bodies on their way', () => arrivals.bytes());
  watch('deskbridge_webhook_in_flight', 'Authentic requests being handled', () => inFlight.requests());
  watch('deskbridge_webhook_in_flight_bytes', 'Bytes of their bodies', () => inFlight.bytes());
  watch('deskbridge_store_down', '1 while requests go to the fallback', () => (recording.isStoreDown() ? 1 : 0));
}

/** What Express throws before a route is reached, such as a path that cannot be decoded. */
function answerMistake(_error: unknown, request: Request, response: Response, _next: NextFunction): void {
  sendAnswer(request, response, answerTo({ verdict: 'unknown_path', reason: null }, undefined));
}
