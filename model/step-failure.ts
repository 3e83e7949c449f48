import type { StepCode } from './step-codes.ts';

/** What stopped a group, as JSON. Never holds a secret, a body or personal data. */
export interface StepFailure {
  readonly code: StepCode;
  /**
   * `retry`: may succeed later · `attention`: only a person can mend it · `gate`: the connection is down, throttled or not
   * authorised · `ours`: our own store, Temporal or this process failed, or another write of ours must end first; no fault of the
   * delivery's, and never parked · `lost`: a newer attempt owns the key, this one must stop without a trace.
   */
  readonly kind: 'retry' | 'attention' | 'gate' | 'ours' | 'lost';
  readonly message: string;
  /** What a person can do about it. */
  readonly hint: string;
  readonly step: string;
  readonly connection: string | null;
  readonly retryAfterMs: number | null;
}

/** Thrown by `Steps.run`, the same in both ways to run. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly failure: StepFailure;

  constructor(failure: StepFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
