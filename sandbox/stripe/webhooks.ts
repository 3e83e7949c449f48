import { createHmac } from 'node:crypto';

import type { Parts } from '../core/handle.ts';
import type { StripeEvent } from './entities.ts';

import { toSeconds } from '../core/clock.ts';
import { eventJson, thinEventJson } from './formatters.ts';

const TIMEOUT_MS = 10_000;
const FAST_WAITS_MS = [50, 200, 800];

/** An address to which events go. */
export interface Destination {
  url: string;
  /** All that are active: each makes a `v1`. */
  secrets: readonly string[];
  /** Whether events come with their object or without. */
  payload: 'snapshot' | 'thin';
  /** Left out: all. */
  events?: readonly string[];
}

/** Sends an event to all destinations; resolves when each has answered or was given up. */
export type Emit = (event: StripeEvent) => Promise<void>;

/** The value of Stripe-Signature: a `v1` per secret over timestamp, dot, raw body; the key is the whole secret text (https://docs.stripe.com/webhooks#verify-manually). */
export function signStripe(secrets: readonly string[], timestamp: number, body: string | Buffer): string {
  const digests = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`);
  return [`t=${timestamp}`, ...digests].join(',');
}

/** Builds the sender of events. Failed ones are sent again after `waitsMs` (the real one takes up to three days), signed afresh. */
export function createEmit(parts: Parts, destinations: readonly Destination[], waitsMs: readonly number[] = FAST_WAITS_MS): Emit {
  return async (event) => {
    const answers = await Promise.all(
      destinations
        .filter((one) => one.events?.includes(event.type) ?? true)
        .map((one) => {
          const body = JSON.stringify(one.payload === 'thin' ? thinEventJson(event) : eventJson(event), null, 2);
          return parts.hooks.send({
            url: one.url,
            event: event.type,
            key: `${one.url} ${event.id}`,
            body,
            timeoutMs: TIMEOUT_MS,
            retry: { waitsMs, again: () => true },
            headers: () => ({
              'content-type': 'application/json; charset=utf-8',
              'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
              'stripe-signature': signStripe(one.secrets, toSeconds(parts.clock()), body),
            }),
          });
        }),
    );
    event.delivered = answers.length > 0 && answers.every((answer) => answer !== undefined && answer.status >= 200 && answer.status < 300);
  };
}
