/** The time, epoch milliseconds. */
export type Clock = () => number;

/** The machine's clock. */
export const systemClock: Clock = () => Date.now();

/** Epoch milliseconds as ISO 8601 in UTC. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Epoch milliseconds as whole seconds. */
export function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
