import type { WireMessages } from './wire.ts';

/** Longer text is split by Slack into several messages, which breaks its form. https://docs.slack.dev/changelog/2018-truncating-really-long-messages */
const MAX_TEXT = 4_000;
const ELLIPSIS = '…';
const EVENT_TYPE = 'deskbridge_message';

/** The message metadata that carries our mark, as the JSON text that the form wants. */
export function toMetadata(mark: string): string {
  return JSON.stringify({ event_type: EVENT_TYPE, event_payload: { key: mark } });
}

/** The ts of the message that carries this mark. */
export function findMark(wire: WireMessages, mark: string): string | null {
  const found = wire.messages.find(({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload['key'] === mark);
  return found?.ts ?? null;
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
