import { Counter, Histogram } from 'prom-client';
import { createClockSkew } from './clock-skew.ts';
import { createRegistry } from './registry.ts';
import type { Registry } from 'prom-client';
import type { Metrics } from './registry.ts';
import type { Verdict } from './verdict.ts';

/** Connection label of requests whose path names none. */
const NO_CONNECTION = 'none';
const ACK_BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5];

/** What one request adds to the metrics. */
export interface RequestMeasure {
  readonly connection: string | null;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly seconds: number;
  readonly bytes: number;
  readonly secretIndex: number | null;
  /** Seconds the sender's clock is ahead of ours; null: unknown. */
  readonly skewSeconds: number | null;
}

/** The metrics of a process that receives. */
export interface ReceiverMetrics extends Metrics {
  observe(measure: RequestMeasure): void;
}

/** Creates the metrics of a process that receives; `process` as in `createRegistry`. */
export function createMetrics(options: { readonly process?: boolean } = {}): ReceiverMetrics {
  const metrics = createRegistry(options);
  const skew = createClockSkew();
  const { requests, refusals, ack, bytes, secrets } = createCounters(metrics.registry);
  metrics.watch('deskbridge_clock_skew_seconds', "Median of how far the sender's clock is ahead of ours", ['connection'], () =>
    [...skew.medians()].map(([connection, value]) => ({ labels: { connection }, value })),
  );

  return {
    ...metrics,
    observe(measure) {
      const connection = measure.connection ?? NO_CONNECTION;
      requests.inc({ connection, verdict: measure.verdict });
      ack.observe({ connection }, measure.seconds);
      bytes.inc({ connection }, measure.bytes);
      if (isRefusal(measure.verdict)) refusals.inc({ connection, reason: measure.reason ?? measure.verdict });
      if (measure.secretIndex !== null) secrets.inc({ connection, index: String(measure.secretIndex) });
      if (measure.skewSeconds !== null) skew.add(connection, measure.skewSeconds);
    },
  };
}

/** What requests are counted by. */
interface Counters {
  readonly requests: Counter<'connection' | 'verdict'>;
  readonly refusals: Counter<'connection' | 'reason'>;
  readonly ack: Histogram<'connection'>;
  readonly bytes: Counter<'connection'>;
  readonly secrets: Counter<'connection' | 'index'>;
}

function createCounters(registry: Registry): Counters {
  const registers = [registry];
  const requests = new Counter({
    name: 'deskbridge_webhook_requests_total',
    help: 'Webhook requests by what they came to',
    labelNames: ['connection', 'verdict'],
    registers,
  });
  const refusals = new Counter({
    name: 'deskbridge_webhook_refusals_total',
    help: 'Requests that were not taken, by cause',
    labelNames: ['connection', 'reason'],
    registers,
  });
  const ack = new Histogram({
    name: 'deskbridge_webhook_ack_seconds',
    help: 'Seconds from the first byte of a request to its answer',
    labelNames: ['connection'],
    buckets: ACK_BUCKETS_S,
    registers,
  });
  const bytes = new Counter({
    name: 'deskbridge_webhook_bytes_total',
    help: 'Bytes of bodies received',
    labelNames: ['connection'],
    registers,
  });
  const secrets = new Counter({
    name: 'deskbridge_webhook_secret_matches_total',
    help: 'Which active secret matched, by its place in the list',
    labelNames: ['connection', 'index'],
    registers,
  });
  return { requests, refusals, ack, bytes, secrets };
}

function isRefusal(verdict: Verdict): boolean {
  return !['accepted', 'duplicate', 'ignored', 'handshake', 'probe'].includes(verdict);
}
