import { z } from 'zod';
import { wireMetadata } from '../call/wire.ts';
import type { Posted } from '../../ports/chat.ts';
import type { WireMessages } from '../call/wire.ts';

/** Longer text is split by Slack into several messages, which breaks its form. https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const MAX_TEXT = 4_000;
const ELLIPSIS = '…';
const EVENT_TYPE = 'deskbridge_message';

/** The message metadata that carries our mark, as the JSON text that the form wants. */
export function toMetadata(mark: string): string {
  return JSON.stringify({ event_type: EVENT_TYPE, event_payload: { key: mark } });
}

/**
 * The message that carries this mark; null: none does. `withheld`: some carry a mark of ours that is not shown, so none can be told
 * from another.
 */
export function findMark(wire: WireMessages, mark: string): Posted | 'withheld' | null {
  const ours = wire.messages.items.filter(({ metadata }) => metadata?.event_type === EVENT_TYPE);
  const found = ours.find(({ metadata }) => metadata?.event_payload?.['key'] === mark);
  if (found !== undefined) return { ts: found.ts, threaded: (found.thread_ts ?? found.ts) !== found.ts };
  return ours.some(({ metadata }) => metadata?.event_payload?.['key'] === undefined) ? 'withheld' : null;
}

/** Whether a message that cannot be read carries this mark all the same. */
export function bearsMark(value: unknown, mark: string): boolean {
  const { data } = z.object({ metadata: wireMetadata }).safeParse(value);
  return data?.metadata.event_type === EVENT_TYPE && data.metadata.event_payload?.['key'] === mark;
}

/** At most 4,000 characters; never cut within a character, an escape (`&amp;`) or a link (`<url|label>`). */
export function cutText(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const room = text.slice(0, MAX_TEXT - ELLIPSIS.length);
  const whole = /[\uD800-\uDBFF]$/.test(room) ? room.slice(0, -1) : room;
  return whole.replace(/(&[a-z]{0,4}|<[^>]*)$/, '') + ELLIPSIS;
}

/** Epoch milliseconds as Slack's timestamp. */
export function toSlackTs(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(6);
}
