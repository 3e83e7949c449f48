import { setTimeout as pause } from 'node:timers/promises';

import { Agent } from 'undici';

import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { type HookAnswer, postOnce } from './post-once.ts';

const KEPT = 20_000;
const AT_ONCE = 64;
const DEFAULT_DELAY_MS = 1000;

/** When a failed webhook is sent again. */
export interface RetryPolicy {
  /** Milliseconds before each further attempt; an empty list: one attempt only. */
  readonly waitsMs: readonly number[];
  /** Whether this answer (status 0: none came) is to be tried again. */
  again(answer: HookAnswer): boolean;
}

/** One webhook to send. */
export interface Hook {
  readonly url: string;
  readonly event: string;
  /** Hooks with one key are sent one after another, as far as their first attempts go. */
  readonly key: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly body: string;
  /** The headers of one attempt, signed at the time of sending. `reason` tells why the attempt before failed. */
  headers(attempt: number, reason: string | null): { readonly [name: string]: string };
}

/** What became of one attempt. */
export interface HookAttempt {
  readonly atMs: number;
  readonly url: string;
  readonly event: string;
  readonly key: string;
  readonly attempt: number;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  /** 0: no answer came. */
  readonly status: number;
}

/** Sends a system's webhooks as its vendor does, faults included. */
export interface HookSender {
  /** Queues a webhook; resolves when its last attempt has ended, with that attempt's answer, or `undefined` where it was dropped. */
  send(hook: Hook): Promise<HookAnswer | undefined>;
  /** Resolves when nothing is queued, held back or waiting for another attempt. A reordered webhook that still waits for a successor is let go. */
  idle(): Promise<void>;
  /** The newest 20,000 attempts, oldest first. */
  attempts(event?: string): readonly HookAttempt[];
  /** How many webhooks were queued, and how many were answered 2xx, exactly. */
  counts(): { readonly queued: number; readonly delivered: number };
  close(): Promise<void>;
}

/** Builds a sender with its own connections. */
export function createHookSender(clock: Clock, faults: Faults): HookSender {
  const agent = new Agent({ connections: AT_ONCE });
  const lines = new Map<string, Promise<unknown>>();
  const held = new Map<string, () => void>();
  const under = new Set<Promise<unknown>>();
  const closing = new AbortController();
  let attempts: HookAttempt[] = [];
  let queued = 0;
  let delivered = 0;

  const attemptOnce = async (hook: Hook, attempt: number, reason: string | null): Promise<HookAnswer> => {
    const headers = hook.headers(attempt, reason);
    const answer = await postOnce(agent, hook, headers);
    attempts.push({
      atMs: clock(),
      url: hook.url,
      event: hook.event,
      key: hook.key,
      attempt,
      body: hook.body,
      headers,
      status: answer.status,
    });
    if (attempts.length >= KEPT * 2) attempts = attempts.slice(-KEPT);
    return answer;
  };
  const retry = async (hook: Hook, first: HookAnswer): Promise<HookAnswer> => {
    let answer = first;
    for (const [index, waitMs] of hook.retry.waitsMs.entries()) {
      if (isSuccess(answer) || !hook.retry.again(answer) || closing.signal.aborted) break;
      await pause(waitMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (!closing.signal.aborted) answer = await attemptOnce(hook, index + 2, reasonOf(answer));
    }
    if (isSuccess(answer)) delivered += 1;
    return answer;
  };
  const inLine = (hook: Hook): Promise<HookAnswer> => {
    const before = lines.get(hook.key) ?? Promise.resolve();
    const first = before.then(() => attemptOnce(hook, 1, null));
    lines.set(hook.key, first);
    void first.finally(() => {
      if (lines.get(hook.key) === first) lines.delete(hook.key);
    });
    return first.then((answer) => retry(hook, answer));
  };
  const letGo = (key: string): void => {
    held.get(key)?.();
    held.delete(key);
  };
  const dispatch = (hook: Hook): Promise<HookAnswer | undefined> => {
    const fault = faults.takeForHook(hook.event);
    if (fault?.kind === 'hook-dropped') return Promise.resolve(undefined);
    if (fault?.kind === 'hook-duplicate') return Promise.all([inLine(hook), inLine(hook)]).then(([, second]) => second);
    if (fault?.kind === 'hook-delayed')
      return pause(fault.ms ?? DEFAULT_DELAY_MS, undefined, { signal: closing.signal }).then(
        () => inLine(hook),
        () => undefined,
      );
    // One is held back for each key: the next one overtakes it, whatever its own fault.
    if (fault?.kind === 'hook-reordered' && !held.has(hook.key)) {
      return new Promise((resolve) => held.set(hook.key, () => resolve(inLine(hook))));
    }
    const sent = inLine(hook);
    letGo(hook.key);
    return sent;
  };
  return {
    send: (hook) => {
      queued += 1;
      const work = dispatch(hook);
      under.add(work);
      void work.finally(() => under.delete(work));
      return work;
    },
    idle: async () => {
      while (under.size > 0) {
        for (const key of [...held.keys()]) letGo(key);
        await Promise.allSettled([...under]);
      }
    },
    attempts: (event) => attempts.slice(-KEPT).filter((one) => (event ?? one.event) === one.event),
    counts: () => ({ queued, delivered }),
    close: async () => {
      closing.abort();
      held.clear();
      await agent.destroy();
    },
  };
}

/** The retry policy of a sender that tries once. */
export const ONCE: RetryPolicy = { waitsMs: [], again: () => false };

function isSuccess(answer: HookAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

function reasonOf(answer: HookAnswer): string {
  if (answer.status > 0) return 'http_error';
  return answer.timedOut ? 'http_timeout' : 'connection_failed';
}
