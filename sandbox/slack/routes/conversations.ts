import type { Request, Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { Caller } from '../access.ts';
import type { Message, SlackState } from '../entities.ts';

import { json } from '../../core/exchange.ts';
import { integerOf, isTrue, textOf } from '../../core/values.ts';
import { argumentsOf, channelOf, refuse } from '../access.ts';
import { messageJson } from '../formatters.ts';

const HISTORY_LIMIT = 100;
const REPLIES_LIMIT = 1000;
const MAX_LIMIT = 999;

/** Reading messages (https://docs.slack.dev/reference/methods/conversations.history, conversations.replies). */
export function conversationRoutes(state: SlackState): readonly Route<Caller>[] {
  const both = (name: string, handle: (request: Request) => unknown): readonly Route<Caller>[] =>
    (['GET', 'POST'] as const).map((method) => ({
      method,
      path: `/api/${name}`,
      needs: 'channels:history',
      handle: (request) => json(handle(request)),
    }));
  return [
    ...both('conversations.history', (request) => {
      const args = argumentsOf(request);
      const newest = [...within(channelOf(state, args).messages, args)].reverse();
      return { ...page(state, newest, args, HISTORY_LIMIT), pin_count: 0 };
    }),
    ...both('conversations.replies', (request) => {
      const args = argumentsOf(request);
      const found = channelOf(state, args).byTs.get(textOf(args['ts']) ?? '') ?? refuse('thread_not_found');
      return page(state, found.threadTs === null ? [found, ...within(found.replies, args)] : [found], args, REPLIES_LIMIT);
    }),
  ];
}

/** The messages between `oldest` and `latest`, which are left out themselves unless `inclusive`. */
function within(messages: readonly Message[], args: Fields): readonly Message[] {
  const oldest = textOf(args['oldest']);
  const latest = textOf(args['latest']);
  const inclusive = isTrue(args['inclusive']);
  const start = oldest === undefined ? 0 : firstAt(messages, Number(oldest), !inclusive);
  const end = latest === undefined ? messages.length : firstAt(messages, Number(latest), inclusive);
  return messages.slice(start, end);
}

/** The index of the first message at `ts` or later; with `beyond`, later than `ts`. */
function firstAt(messages: readonly Message[], ts: number, beyond: boolean): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = Number(messages[middle]?.ts);
    if (at < ts || (beyond && at === ts)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function page(state: SlackState, messages: readonly Message[], args: Fields, fallback: number): { readonly [name: string]: unknown } {
  const limit = Math.min(integerOf(args['limit']) ?? fallback, fallback === REPLIES_LIMIT ? REPLIES_LIMIT : MAX_LIMIT);
  if (limit < 1) refuse('invalid_limit');
  const cursor = textOf(args['cursor']);
  const from = cursor === undefined ? undefined : fromCursor(cursor);
  const start = from === undefined ? 0 : messages.findIndex((message) => message.ts === from);
  if (start < 0) refuse('invalid_cursor');
  const shown = messages.slice(start, start + limit);
  const next = messages[start + limit];
  return {
    ok: true,
    messages: shown.map((message) => messageJson(state, message, isTrue(args['include_all_metadata']))),
    has_more: next !== undefined,
    ...(next === undefined ? {} : { response_metadata: { next_cursor: Buffer.from(`next_ts:${next.ts}`).toString('base64') } }),
  };
}

function fromCursor(cursor: string): string {
  return /^next_ts:(\d+\.\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'))?.[1] ?? refuse('invalid_cursor');
}
