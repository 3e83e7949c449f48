const KEPT = 20_000;

/** A request that the system received. */
export interface JournalEntry {
  /** Epoch milliseconds by the system's clock. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The route's path with its named parts; `-` where none fits. */
  readonly route: string;
  /** The status that was sent; 0 where the connection was cut without one. */
  readonly status: number;
  readonly idempotencyKey: string | null;
  /** The request's body as text. */
  readonly body: string;
  /** The fault that met the request. */
  readonly fault: string | null;
  /** What broke inside the sandbox itself; null in good health. */
  readonly broke: string | null;
}

/** Every request to one system: the newest are kept, the counts are exact. */
export interface Journal {
  add(entry: JournalEntry): void;
  /** The newest 20,000, oldest first; only those that fit. */
  requests(filter?: { readonly method?: string; readonly route?: string; readonly path?: string }): readonly JournalEntry[];
  /** How many requests came, of one method and route (`-`: unknown routes) and with one status; left out: any. */
  count(filter?: { readonly method?: string; readonly route?: string; readonly status?: number }): number;
  /** Exact counts by `METHOD route status`. */
  counts(): { readonly [key: string]: number };
  clear(): void;
}

/** Builds an empty journal. */
export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  const counts = new Map<string, number>();
  return {
    add: (entry) => {
      entries.push(entry);
      if (entries.length >= KEPT * 2) entries = entries.slice(-KEPT);
      const key = `${entry.method} ${entry.route} ${entry.status}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    requests: (filter = {}) =>
      entries
        .slice(-KEPT)
        .filter(
          (entry) =>
            (filter.method ?? entry.method) === entry.method &&
            (filter.route ?? entry.route) === entry.route &&
            (filter.path ?? entry.path) === entry.path,
        ),
    count: (filter = {}) => {
      let total = 0;
      for (const [key, count] of counts) {
        const [method, route, status] = key.split(' ');
        if ((filter.method ?? method) === method && (filter.route ?? route) === route && String(filter.status ?? status) === status)
          total += count;
      }
      return total;
    },
    counts: () => Object.fromEntries(counts),
    clear: () => {
      entries = [];
      counts.clear();
    },
  };
}
