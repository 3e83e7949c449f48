import { setTimeout as pause } from 'node:timers/promises';
import { CliFailure } from '../operator/fail.ts';

const LOOK_EVERY_MS = 50;
const TELL_EVERY_MS = 4_000;

/** What is waited for. */
export interface Wait {
  /** In words, for the complaint: `the thread in Slack`. */
  readonly what: string;
  readonly withinMs: number;
  readonly stopped: AbortSignal;
  isThere(): boolean | Promise<boolean>;
  /** Called every few seconds while it is not there. */
  onTick?(): void;
}

/** Resolves when it is there. Throws CliFailure when the time is over, or the demo was stopped. */
export async function waitFor({ what, withinMs, stopped, isThere, onTick }: Wait): Promise<void> {
  const until = Date.now() + withinMs;
  let tellAt = Date.now() + TELL_EVERY_MS;
  while (!(await isThere())) {
    if (stopped.aborted) throw new CliFailure('The demo was stopped.');
    if (Date.now() > until)
      throw new CliFailure(`The demo waited ${withinMs / 1000} s for ${what} in vain: look at its log and at the Temporal UI.`);
    if (Date.now() > tellAt) {
      onTick?.();
      tellAt = Date.now() + TELL_EVERY_MS;
    }
    await pause(LOOK_EVERY_MS);
  }
}
