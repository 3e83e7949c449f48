import { createHmac } from 'node:crypto';

import type { Parts } from '../core/handle.ts';

import { ONCE } from '../core/hook-sender.ts';

const TIMEOUT_MS = 5000;

/** The event names of the document (Deskwoot REST API, Webhooks, Event types). */
export const EVENTS = ['message.created', 'conversation.updated', 'conversation.created', 'contact.created', 'contact.updated'] as const;

/** A webhook that an administrator has made. */
export interface Subscription {
  url: string;
  secret: string;
  /** Left out: all events. */
  subscriptions?: readonly string[];
}

/** How the undocumented body around the record is spelt. */
export type Envelope = 'event-data' | 'type-payload';

/** Announces a change; resolves when the receiver has answered or was given up. */
export type Emit = (event: (typeof EVENTS)[number], key: string, data: unknown) => Promise<void>;

/** The value of X-Deskwoot-Signature: HMAC-SHA256 of the raw body, plain hex; the key is the whole secret text (same document, Verifying webhook signatures). */
export function signDeskwoot(secret: string, body: string | Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Builds the sender of an account's webhooks. One attempt each: the document promises no other. */
export function createEmit(parts: Parts, subscriptions: readonly Subscription[], envelope: Envelope): Emit {
  return async (event, key, data) => {
    const body = JSON.stringify(envelope === 'event-data' ? { event, data } : { type: event, payload: data });
    await Promise.all(
      subscriptions
        .filter((one) => one.subscriptions?.includes(event) ?? true)
        .map(({ url, secret }) =>
          parts.hooks.send({
            url,
            event,
            key,
            body,
            timeoutMs: TIMEOUT_MS,
            retry: ONCE,
            headers: () => ({ 'content-type': 'application/json', 'x-deskwoot-signature': signDeskwoot(secret, body) }),
          }),
        ),
    );
  };
}
