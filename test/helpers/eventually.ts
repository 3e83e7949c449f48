import { vi } from 'vitest';

const WITHIN_MS = 30_000;
const EVERY_MS = 20;

/** Waits until the check passes; fails with the check's last failure after 30 s. */
export function eventually<T>(check: () => T | Promise<T>, withinMs: number = WITHIN_MS): Promise<T> {
  return vi.waitFor(check, { timeout: withinMs, interval: EVERY_MS });
}
