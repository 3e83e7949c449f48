import { readBody } from './body.ts';
import { answerTo } from './answers.ts';
import { countHeaderLines, MAX_HEADER_LINES, toHeaderMap } from './raw-headers.ts';
import { listOversized } from './oversized.ts';
import { receive } from './receive.ts';
import { sendAnswer } from './reply.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawRequest } from '../connectors/connector.ts';
import type { Arrivals } from './arrivals.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { Oversized, PastReader } from './oversized.ts';
import type { ReceiverLimits } from './ports.ts';
import type { ReceiveDeps } from './receive.ts';
import type { ReceiverMetrics } from './metrics.ts';
import type { RequestRecord } from './request-log.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** Bytes of a body where neither the configuration nor the sender's habits say more. */
const LARGEST_BODY = 1_000_000;

/** What handling a webhook request needs beside the request. */
export interface WebhookRouteDeps extends ReceiveDeps {
  readonly connections: ReadonlyMap<string, BoundInbound>;
  readonly limits: ReceiverLimits;
  readonly arrivals: Arrivals;
  readonly oversized: Oversized;
  readonly metrics: ReceiverMetrics;
  log(record: RequestRecord): void;
}

/** Where a request points, as its path says. */
export interface WebhookTarget {
  readonly connection: string;
  readonly token: string | undefined;
}

interface Handled {
  readonly outcome: Outcome;
  readonly request: RawRequest | null;
  readonly bytes: number;
}

/** Handles one webhook request to its answer; never rejects. An undefined target is a path that leads nowhere. */
export async function handleWebhook(
  deps: WebhookRouteDeps,
  target: WebhookTarget | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const connection = target && deps.connections.get(target.connection);
  const handled = await handle(deps, connection, target?.token, request, response).catch(toFailure);
  sendAnswer(request, response, answerTo(handled.outcome, connection?.sender));
  note(deps, connection, handled, performance.now() - started);
}

async function handle(
  deps: WebhookRouteDeps,
  connection: BoundInbound | undefined,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Handled> {
  if (!connection) return early('unknown_path');
  if (request.method === 'HEAD') return early('probe');
  if (request.method !== 'POST') return early('wrong_method');
  if (countHeaderLines(request) > MAX_HEADER_LINES) return early('too_many_headers');
  const head = { headers: toHeaderMap(request, token) };
  const maxBytes = deps.limits.bodyBytes ?? connection.sender.largestBody ?? LARGEST_BODY;
  const beginPast = (announced: number): PastReader | null => deps.oversized.begin(connection, head, announced);
  const reading = await readBody(request, response, { arrivals: deps.arrivals, maxBytes, beginPast });
  if (!reading.ok && reading.verdict === 'oversized') {
    const outcome = await listOversized(deps, connection, reading.oversized, maxBytes);
    return { outcome, request: null, bytes: reading.oversized.received };
  }
  if (!reading.ok) return { ...early(reading.verdict, reading.verdict === 'busy' ? 'too_many_bytes' : null), bytes: reading.received };
  const raw: RawRequest = { ...head, body: reading.body };
  const outcome = await receive(deps, connection, raw).catch((error: unknown) => toFailure(error).outcome);
  return { outcome, request: raw, bytes: reading.body.length };
}

function early(verdict: Verdict, reason: string | null = null): Handled {
  return { outcome: { verdict, reason }, request: null, bytes: 0 };
}

/** The error's text is left out: it may quote what was received. */
function toFailure(error: unknown): Handled {
  return early('failed', error instanceof Error ? error.name : 'unknown');
}

function note(deps: WebhookRouteDeps, connection: BoundInbound | undefined, { outcome, request, bytes }: Handled, ms: number): void {
  const name = connection?.name ?? null;
  const sentAt = connection && request && isSkewWorthy(outcome) ? connection.sentAt(request) : null;
  deps.log({ connection: name, outcome, body: request?.body ?? null, bytes, ms });
  deps.metrics.observe({
    connection: name,
    verdict: outcome.verdict,
    reason: outcome.reason,
    seconds: ms / 1000,
    bytes,
    secretIndex: outcome.secretIndex ?? null,
    skewSeconds: sentAt === null || !Number.isFinite(sentAt) ? null : (sentAt - deps.now()) / 1000,
  });
}

/** Strangers must not move the skew; but what a wrong clock makes us refuse must show in it. */
function isSkewWorthy(outcome: Outcome): boolean {
  return outcome.secretIndex !== undefined || outcome.reason === 'timestamp_stale' || outcome.reason === 'timestamp_future';
}
