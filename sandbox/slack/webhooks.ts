import { createHmac } from 'node:crypto';

import type { Parts } from '../core/handle.ts';
import type { RetryPolicy } from '../core/hook-sender.ts';
import type { HookAnswer } from '../core/post-once.ts';
import type { SlackState } from './entities.ts';

import { toSeconds } from '../core/clock.ts';
import { ONCE } from '../core/hook-sender.ts';
import { createIds } from '../core/ids.ts';

const TIMEOUT_MS = 3000;
const FAST_WAITS_MS = [20, 100, 400];

/** Where the app listens; all three may be one address. */
export interface AppUrls {
  events?: string;
  commands?: string;
  interactivity?: string;
}

/** What reaches the app. Each method resolves when it has answered or was given up. */
export interface EventSender {
  /** An `event_callback`; retried three times. Nothing is sent without an address. */
  event(key: string, event: { readonly [name: string]: unknown }): Promise<void>;
  /** Any signed JSON to the events address, without retries: `url_verification`. */
  json(body: { readonly [name: string]: unknown }): Promise<HookAnswer>;
  /** A signed form: a command, or a button with its `payload`. Not retried. */
  form(to: 'commands' | 'interactivity', fields: { readonly [name: string]: string }): Promise<HookAnswer>;
  /** The form `ssl_check=1`, which is not signed. */
  sslCheck(): Promise<HookAnswer>;
}

/** The value of X-Slack-Signature: `v0=` and the hex HMAC-SHA256 of `v0:`, timestamp, `:`, raw body (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function signSlack(secret: string, timestamp: number, body: string | Buffer): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

/** Builds the sender of one app. `waitsMs` are the pauses before the three retries: in the real one 0, 1 min, 5 min. */
export function createEventSender(
  parts: Parts,
  state: SlackState,
  urls: AppUrls,
  secret: string,
  waitsMs: readonly number[] = FAST_WAITS_MS,
): EventSender {
  const nextEventId = createIds('Ev', 11);
  const eventRetry: RetryPolicy = { waitsMs, again: ({ headers }) => headers['x-slack-no-retry'] !== '1' };
  const post = async (
    to: keyof AppUrls,
    kind: string,
    key: string,
    type: string,
    body: string,
    retry: RetryPolicy,
    signed = true,
  ): Promise<HookAnswer> => {
    const url = urls[to];
    if (url === undefined) throw new Error(`the sandbox app has no address for ${to}; set urls.${to}`);
    const headers = (attempt: number, reason: string | null): { readonly [name: string]: string } => {
      const timestamp = toSeconds(parts.clock());
      const again = attempt === 1 ? {} : { 'x-slack-retry-num': String(attempt - 1), 'x-slack-retry-reason': reason ?? 'unknown_error' };
      const proof = signed
        ? { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': signSlack(secret, timestamp, body) }
        : {};
      return { 'content-type': type, 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)', ...proof, ...again };
    };
    const answer = await parts.hooks.send({ url, event: kind, key, body, timeoutMs: TIMEOUT_MS, retry, headers });
    return answer ?? { status: 0, headers: {}, body: '', timedOut: false };
  };
  return {
    event: async (key, event) => {
      if (urls.events === undefined) return;
      const envelope = {
        token: 'sandbox',
        team_id: state.teamId,
        api_app_id: state.appId,
        event,
        type: 'event_callback',
        event_id: nextEventId(),
        event_time: toSeconds(parts.clock()),
        authorizations: [{ enterprise_id: null, team_id: state.teamId, user_id: state.botUserId, is_bot: true }],
      };
      await post('events', String(event['type']), key, 'application/json', JSON.stringify(envelope), eventRetry);
    },
    json: (body) => post('events', String(body['type']), 'json', 'application/json', JSON.stringify(body), ONCE),
    form: (to, fields) =>
      post(to, to, JSON.stringify(fields), 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString(), ONCE),
    sslCheck: () => post('events', 'ssl_check', 'ssl_check', 'application/x-www-form-urlencoded', 'ssl_check=1&token=sandbox', ONCE, false),
  };
}
