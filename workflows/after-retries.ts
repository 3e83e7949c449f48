import { patched } from '@temporalio/workflow';
import { GATE_RELEASE_MS, OURS_RELEASE_MS } from './contract.ts';
import type { StepFailure } from '../model/step-failure.ts';

/** A delivery that fails by itself, at a connection that works for others, is parked after so many attempts: about an hour. */
export const MOST_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 600_000;
/** Where the budget of a connection is used up and nobody has named a time: whichever delivery asks, it has to wait. */
const THROTTLED_PAUSE_MS = 60_000;
/** More of the same will not help: a mistake of ours, or a system that is not the one we know. */
const PARKED_AT_ONCE: readonly string[] = ['internal', 'unreadable_answer'];
/** Where one of these closed the gate, the delivery's own call failed, and not the gate's check: it may be the only one that fails. */
const OWN_FAILURES: readonly string[] = ['unavailable', 'timeout', 'network'];

/** The group waits again: `pauseMs` at least; `blamed`: the delivery keeps the attempt and runs alone from now on. */
export interface Release {
  readonly then: 'release';
  readonly pauseMs: number;
  readonly blamed: boolean;
}

/** What becomes of a group whose step has failed as often as its activity may try. */
export type Next = { readonly then: 'park' } | Release;

/** Decides between giving a group back and leaving it to a person. `attempts`: those of the delivery that failed, this one included. */
export function decideAfterRetries(failure: StepFailure, attempts: number): Next {
  if (failure.kind === 'attention') return { then: 'park' };
  const atGate: Release = { then: 'release', pauseMs: GATE_RELEASE_MS, blamed: false };
  if (failure.kind === 'gate' && !OWN_FAILURES.includes(failure.code)) return atGate;
  // What 0.1.0 parked because its retries were used up stays parked when it is replayed.
  if (!patched('given-back-after-retries')) return failure.kind === 'gate' ? atGate : { then: 'park' };
  const named = failure.retryAfterMs ?? 0;
  if (failure.kind === 'ours') return { then: 'release', pauseMs: Math.max(named, OURS_RELEASE_MS), blamed: false };
  if (failure.code === 'throttled') return { then: 'release', pauseMs: Math.max(named, THROTTLED_PAUSE_MS), blamed: false };
  if (PARKED_AT_ONCE.includes(failure.code) || attempts >= MOST_ATTEMPTS) return { then: 'park' };
  const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - 1));
  return { then: 'release', pauseMs: Math.max(named, backoff), blamed: true };
}
