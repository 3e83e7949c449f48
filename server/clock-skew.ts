/** Requests of one connection that the median is taken of. */
const SAMPLES = 31;

/** The recent differences between senders' clocks and ours, by connection. */
export interface ClockSkew {
  /** Adds one difference in seconds; positive: the sender's clock is ahead of ours. */
  add(connection: string, seconds: number): void;
  /** Median of the recent differences, by connection. */
  medians(): ReadonlyMap<string, number>;
}

/** Keeps the last few differences of each connection: a median tells a wrong clock from one delayed request. */
export function createClockSkew(): ClockSkew {
  const samples = new Map<string, number[]>();
  return {
    add(connection, seconds) {
      const own = samples.get(connection) ?? [];
      own.push(seconds);
      if (own.length > SAMPLES) own.shift();
      samples.set(connection, own);
    },
    medians: () => new Map([...samples].map(([connection, own]) => [connection, median(own)])),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
