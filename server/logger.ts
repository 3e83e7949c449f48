import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Fields that are never written, wherever somebody puts them by mistake. */
const NEVER = ['headers', 'body', 'raw', 'secret', 'secrets', 'signature', 'authorization', 'token', 'email', 'password'];

/** Creates the JSON log: one line per entry, times in ISO 8601, fields that could hold secrets or persons removed. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[removed]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
