import { createHash } from 'node:crypto';
import type { Log } from './ports.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** Lines of one connection and verdict that are written per window; strangers must not be able to fill a disk. */
const LINES_PER_WINDOW = 20;
const WINDOW_MS = 10_000;
const MAX_TOPIC_CHARACTERS = 80;
const MAX_LISTED = 10;
/** What only an authentic sender can cause is always written. */
const AUTHENTIC: readonly Verdict[] = [
  'accepted',
  'duplicate',
  'ignored',
  'parked',
  'unusable',
  'oversized',
  'foreign',
  'unavailable',
  'failed',
];

/** One request as it is logged. */
export interface RequestRecord {
  readonly connection: string | null;
  readonly outcome: Outcome;
  readonly body: Buffer | null;
  /** Bytes received. */
  readonly bytes: number;
  readonly ms: number;
}

/** Writes one line per request: ids, sizes and a hash prefix, never bodies, secrets, signatures or addresses. */
export function createRequestLog(log: Log, now: () => number): (record: RequestRecord) => void {
  const windows = new Map<string, { since: number; lines: number; suppressed: number }>();

  const admit = (key: string): { write: boolean; suppressed: number } => {
    const window = windows.get(key);
    if (!window || now() - window.since >= WINDOW_MS) {
      windows.set(key, { since: now(), lines: 1, suppressed: 0 });
      return { write: true, suppressed: window?.suppressed ?? 0 };
    }
    if (window.lines < LINES_PER_WINDOW) window.lines += 1;
    else window.suppressed += 1;
    return { write: window.suppressed === 0, suppressed: 0 };
  };

  return (record) => {
    const { verdict } = record.outcome;
    const admission = AUTHENTIC.includes(verdict) ? { write: true, suppressed: 0 } : admit(`${record.connection ?? ''}/${verdict}`);
    if (!admission.write) return;
    const fields = { ...toFields(record), ...(admission.suppressed > 0 ? { suppressed: admission.suppressed } : {}) };
    if (verdict === 'failed' || verdict === 'unavailable' || verdict === 'misconfigured') log.error(fields, 'webhook');
    else if (AUTHENTIC.slice(0, 3).includes(verdict) || verdict === 'handshake' || verdict === 'probe') log.info(fields, 'webhook');
    else log.warn(fields, 'webhook');
  };
}

function toFields({ connection, outcome, body, bytes, ms }: RequestRecord): object {
  return {
    connection,
    verdict: outcome.verdict,
    ...(outcome.reason === null ? {} : { reason: outcome.reason }),
    ...(outcome.hint === undefined ? {} : { hint: outcome.hint }),
    ...(outcome.eventIds ? { events: outcome.eventIds.slice(0, MAX_LISTED) } : {}),
    ...(outcome.topics ? { topics: outcome.topics.slice(0, MAX_LISTED).map(toPlainTopic) } : {}),
    ...(outcome.secretIndex === undefined ? {} : { secretIndex: outcome.secretIndex }),
    bytes,
    ...(body ? { sha256: createHash('sha256').update(body).digest('hex').slice(0, 12) } : {}),
    ms: Math.round(ms * 10) / 10,
  };
}

/** Topics of unknown events are foreign text: anything but the characters of a topic's name is left out. */
function toPlainTopic(topic: string): string {
  return topic.replaceAll(/[^\w./:-]/g, '').slice(0, MAX_TOPIC_CHARACTERS);
}
