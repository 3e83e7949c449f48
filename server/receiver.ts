import express from 'express';
import { answerTo } from './answers.ts';
import { createCodecEndpoint } from './codec.ts';
import { createHealth } from './health.ts';
import { createInFlight } from './in-flight.ts';
import { DEFAULT_LIMITS } from './ports.ts';
import { createRecording } from './recording.ts';
import { sendAnswer } from './reply.ts';
import { createRequestLog } from './request-log.ts';
import { handleWebhook } from './webhook-route.ts';
import type { Express, NextFunction, Request, Response } from 'express';
import type { ReceiverDeps } from './ports.ts';
import type { Recording } from './recording.ts';
import type { WebhookRouteDeps } from './webhook-route.ts';

/** The receiver as an Express application, and what starting and stopping it needs. */
export interface Receiver {
  readonly app: Express;
  /** From now on `/readyz` says no, so that load balancers look elsewhere. */
  drain(): void;
  /** Ends background work; call after the last request. */
  stop(): void;
}

/**
 * Builds the receiver: webhooks, health, metrics and, where configured, the codec endpoint. No body parser stands before the
 * webhook route, the path decides exactly (case, slashes), and nothing is ever redirected.
 */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const recording = createRecording(deps.stores, limits, deps.log);
  const inFlight = createInFlight(limits);
  const route: WebhookRouteDeps = {
    connections: deps.connections,
    route: deps.route,
    recording,
    park: deps.stores.park,
    parkMs: limits.recordMs,
    now: deps.now,
    limits,
    inFlight,
    metrics: deps.metrics,
    log: createRequestLog(deps.log, deps.now),
  };
  watchReceiver(deps, route);
  let draining = false;

  const app = express();
  app.disable('x-powered-by').disable('etag').enable('strict routing').enable('case sensitive routing');
  app.all('/webhooks/:connection', (request, response) =>
    handleWebhook(route, { connection: request.params.connection, token: undefined }, request, response),
  );
  app.all('/webhooks/:connection/:token', (request, response) => handleWebhook(route, request.params, request, response));
  app.use(createHealth({ stores: deps.stores, recording, isDraining: () => draining, now: deps.now }));
  app.get('/metrics', async (_request, response) => void response.type(deps.metrics.contentType).send(await deps.metrics.text()));
  if (deps.codec) app.use(createCodecEndpoint(deps.codec));
  app.use((request, response) => handleWebhook(route, undefined, request, response));
  app.use(answerMistake);
  return { app, drain: () => (draining = true), stop: () => recording.stop() };
}

function watchReceiver(
  deps: ReceiverDeps,
  { inFlight, recording }: { inFlight: WebhookRouteDeps['inFlight']; recording: Recording },
): void {
  const { watch } = deps.metrics;
  watch('deskbridge_webhook_in_flight', 'Webhook requests under way', [], () => [{ labels: {}, value: inFlight.requests() }]);
  watch('deskbridge_webhook_in_flight_bytes', 'Bytes of bodies under way', [], () => [{ labels: {}, value: inFlight.bytes() }]);
  watch('deskbridge_store_down', '1 while requests go to the fallback', [], () => [{ labels: {}, value: recording.isStoreDown() ? 1 : 0 }]);
}

/** What Express throws before a route is reached, such as a path that cannot be decoded. */
function answerMistake(_error: unknown, request: Request, response: Response, _next: NextFunction): void {
  sendAnswer(request, response, answerTo({ verdict: 'unknown_path', reason: null }, undefined));
}
