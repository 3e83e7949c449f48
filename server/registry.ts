import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Labelled numbers of a gauge that is read when it is scraped. */
export type Readings = readonly { readonly labels: { readonly [name: string]: string }; readonly value: number }[];

/** The metrics of one process. */
export interface Metrics {
  readonly contentType: string;
  /** Where counters and histograms of others are registered. */
  readonly registry: Registry;
  /** Adds a gauge that is read when it is scraped; a reading that fails leaves the gauge empty. */
  watch(name: string, help: string, labels: readonly string[], read: () => Readings | Promise<Readings>): void;
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
}

/** Creates metrics on a registry of their own; `process` adds memory, CPU and event-loop metrics of the Node.js process. */
export function createRegistry(options: { readonly process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  return {
    contentType: registry.contentType,
    registry,
    watch(name, help, labels, read) {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        async collect() {
          this.reset();
          const readings = await Promise.resolve()
            .then(read)
            .catch(() => []);
          for (const reading of readings) this.set({ ...reading.labels }, reading.value);
        },
      });
    },
    text: () => registry.metrics(),
  };
}
