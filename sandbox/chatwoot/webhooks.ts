import { createHmac, randomUUID } from 'node:crypto';

import type { Parts } from '../core/handle.ts';
import type { RetryPolicy } from '../core/hook-sender.ts';

import { toSeconds } from '../core/clock.ts';
import { ONCE } from '../core/hook-sender.ts';

/** Five seconds to answer (WEBHOOK_TIMEOUT of Chatwoot's installation settings). */
const TIMEOUT_MS = 5000;
const BOT_WAIT_MS = 3000;

/** Every event of account webhooks (chatwoot app/models/webhook.rb). */
export const ACCOUNT_EVENTS: readonly string[] = [
  'conversation_status_changed',
  'conversation_updated',
  'conversation_created',
  'contact_created',
  'contact_updated',
  'message_created',
  'message_updated',
  'webwidget_triggered',
  'inbox_created',
  'inbox_updated',
  'conversation_typing_on',
  'conversation_typing_off',
];
const BOT_EVENTS = [
  'conversation_opened',
  'conversation_resolved',
  'conversation_status_changed',
  'conversation_updated',
  'message_created',
  'message_updated',
  'webwidget_triggered',
];

/** A place that hears of events. */
export interface Subscription {
  readonly kind: 'account' | 'api-inbox' | 'agent-bot';
  readonly id: number;
  url: string;
  /** null: a server from before signatures, which sends none and no delivery id. */
  secret: string | null;
  /** Of account webhooks. Left out: all. */
  subscriptions?: readonly string[];
  /** Of API inboxes and bots: whose events. */
  readonly inboxId?: number;
}

/** One event to announce. */
export interface Announcement {
  readonly event: string;
  readonly key: string;
  /** null for contact events, which only accounts hear of. */
  readonly inboxId: number | null;
  readonly body: { readonly [name: string]: unknown };
}

/** Announces an event; resolves when every receiver has answered or was given up. */
export type Emit = (announcement: Announcement) => Promise<void>;

/** The value of X-Chatwoot-Signature: `sha256=` and the hex HMAC-SHA256 of timestamp, dot, raw body (chatwoot lib/webhooks/trigger.rb). */
export function signChatwoot(secret: string, timestamp: number, body: string | Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** JSON as Rails writes it: `<`, `>`, `&` and the two line separators are escaped. */
export function toRailsJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Builds the sender of an account's webhooks. `botWaitMs` is the pause before a bot's next attempt, 3 s in the real one. */
export function createEmit(parts: Parts, subscriptions: readonly Subscription[], botWaitMs: number = BOT_WAIT_MS): Emit {
  return async ({ event, key, inboxId, body }) => {
    const text = toRailsJson({ event, ...body });
    await Promise.all(
      subscriptions
        .filter((one) => hears(one, event, inboxId))
        .map((one) => {
          const delivery = randomUUID();
          return parts.hooks.send({
            url: one.url,
            event,
            key: `${one.kind}/${one.id}/${key}`,
            body: text,
            timeoutMs: TIMEOUT_MS,
            retry: retryOf(one, botWaitMs),
            headers: () => headersOf(one.secret, delivery, toSeconds(parts.clock()), text),
          });
        }),
    );
  };
}

function hears(one: Subscription, event: string, inboxId: number | null): boolean {
  if (one.kind === 'account') return (one.subscriptions ?? ACCOUNT_EVENTS).includes(event);
  if (inboxId === null || (one.inboxId !== undefined && one.inboxId !== inboxId)) return false;
  return one.kind === 'agent-bot' ? BOT_EVENTS.includes(event) : !event.startsWith('contact_') && !event.startsWith('inbox_');
}

function retryOf(one: Subscription, botWaitMs: number): RetryPolicy {
  if (one.kind !== 'agent-bot') return ONCE;
  return { waitsMs: [botWaitMs, botWaitMs], again: ({ status }) => status === 429 || status === 500 };
}

function headersOf(secret: string | null, delivery: string, timestamp: number, body: string): { readonly [name: string]: string } {
  const plain = { 'content-type': 'application/json', accept: 'application/json' };
  if (secret === null) return plain;
  return {
    ...plain,
    'x-chatwoot-delivery': delivery,
    'x-chatwoot-timestamp': String(timestamp),
    'x-chatwoot-signature': signChatwoot(secret, timestamp, body),
  };
}
