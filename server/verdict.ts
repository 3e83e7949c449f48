import type { Answer } from '../connectors/connector.ts';

/** Everything a webhook request can come to; the table in `answers.ts` says what each is answered. */
export const VERDICTS = [
  /** Authentic, and at least one of its events is new and stored. */
  'accepted',
  /** Authentic, and all of its events were stored before. */
  'duplicate',
  /** Authentic and stored, but no flow wants it. */
  'ignored',
  /** A defined exchange that starts nothing. */
  'handshake',
  /** Not authentic. */
  'refused',
  /** Authentic, but speaks for another tenant than the secret's. */
  'foreign',
  /** Authentic, but not usable; the sender is told. */
  'unusable',
  /** Authentic, but not usable, from a sender that never sends again: kept for a person. */
  'parked',
  /** Authentic, but over the limit: not kept, listed for a person. */
  'oversized',
  /** Over the limit, and not known to be authentic. */
  'too_large',
  /** The body did not come within its time. */
  'too_slow',
  'too_many_headers',
  'encoded',
  /** The sender went away before its request was complete. */
  'aborted',
  /** More is under way than we hold at a time. */
  'busy',
  /** Nothing that stores could be reached. */
  'unavailable',
  /** The connection lacks what it needs to verify. */
  'misconfigured',
  'probe',
  'wrong_method',
  'unknown_path',
  /** Our own mistake. */
  'failed',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What one request came to: its verdict, and what logs, metrics and the answer need of it. */
export interface Outcome {
  readonly verdict: Verdict;
  /** Stable code of the cause; for logs and metrics only. */
  readonly reason: string | null;
  /** A sentence for the log; never holds input. */
  readonly hint?: string;
  /** The body of a handshake's answer. */
  readonly answer?: Answer;
  /** The status of an unusable request. */
  readonly status?: 400 | 415;
  readonly topics?: readonly string[];
  readonly eventIds?: readonly string[];
  /** Which active secret matched: tells an operator when an old one can go. */
  readonly secretIndex?: number | null;
}
