import { vi } from 'vitest';

const WITHIN_MS = 60_000;
const EVERY_MS = 100;

/** Waits until the check passes; fails with the check's last failure after a minute. */
export function eventually<T>(check: () => T | Promise<T>, withinMs: number = WITHIN_MS): Promise<T> {
  return vi.waitFor(check, { timeout: withinMs, interval: EVERY_MS });
}
