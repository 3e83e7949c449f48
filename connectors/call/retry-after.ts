/** The longest delay that a remote system can name; longer ones are cut to this. */
export const MAX_DELAY_MS = 3_600_000;
/** The shortest: `Retry-After: 0` must not become a hot loop. */
export const MIN_DELAY_MS = 1_000;

const MINUTE_MS = 60_000;
const DELTA_SECONDS = /^[0-9]{1,10}$/;
const JITTER = 0.1;

/**
 * Reads a Retry-After header (RFC 9110, 10.2.3): whole seconds, or a date in the preferred form.
 * Returns milliseconds between MIN_DELAY_MS and MAX_DELAY_MS; null where the header is absent or malformed.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (DELTA_SECONDS.test(text)) return clamp(Number(text) * 1000);
  const at = parseHttpDate(text);
  return at === null ? null : clamp(at - nowMs);
}

/** Reads an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT` to epoch milliseconds; null for any other form. */
export function parseHttpDate(value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return null;
  return new Date(ms).toUTCString() === value ? ms : null;
}

/** Milliseconds until the next full minute: when a fixed window of 60 s ends. */
export function untilNextMinute(nowMs: number): number {
  return clamp(MINUTE_MS - (nowMs % MINUTE_MS));
}

/** The delay plus up to a tenth of it, so that callers told the same delay do not come back together. Never less than named. */
export function withJitter(ms: number, random: () => number): number {
  return ms + Math.floor(ms * JITTER * random());
}

function clamp(ms: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, Math.ceil(ms)));
}
