import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

const MAX_CHALLENGE = 1000;
/** A reference that some payloads give as an id and some as an object with one. */
const reference = z.union([boundedId, z.object({ id: boundedId }).transform(({ id }) => id)]);

/** The inner event of the Events API (docs.slack.dev/apis/events-api). */
const inner = z.object({
  type: lenient(word),
  subtype: lenient(word),
  channel: lenient(reference),
  user: lenient(reference),
  ts: lenient(boundedId),
  thread_ts: lenient(boundedId),
  bot_id: lenient(boundedId),
  app_id: lenient(boundedId),
  item: lenient(z.object({ channel: lenient(reference), ts: lenient(boundedId) })),
});

export type SlackInner = z.infer<typeof inner>;

/** A JSON request: an event, a URL verification, or a notice of the Events API itself. */
export const outer = z.object({
  type: lenient(word),
  challenge: lenient(z.string().max(MAX_CHALLENGE)),
  team_id: lenient(boundedId),
  api_app_id: lenient(boundedId),
  event_id: lenient(boundedId),
  minute_rate_limited: lenient(boundedId),
  event: lenient(inner),
});

export type SlackOuter = z.infer<typeof outer>;

/** The JSON in the field `payload` of an interaction (docs.slack.dev/interactivity/handling-user-interaction). */
export const interaction = z.object({
  type: lenient(word),
  api_app_id: lenient(boundedId),
  trigger_id: lenient(word),
  callback_id: lenient(word),
  team: lenient(reference),
  user: lenient(reference),
  channel: lenient(reference),
  message: lenient(z.object({ ts: lenient(boundedId), thread_ts: lenient(boundedId) })),
  container: lenient(z.object({ message_ts: lenient(boundedId), thread_ts: lenient(boundedId) })),
  view: lenient(z.object({ id: lenient(boundedId), callback_id: lenient(word) })),
  actions: lenient(z.array(lenient(z.object({ action_id: lenient(word) })))),
});

export type SlackInteraction = z.infer<typeof interaction>;

/** The fields of a slash command (docs.slack.dev/interactivity/implementing-slash-commands). */
export const command = z.object({
  command: lenient(word),
  api_app_id: lenient(boundedId),
  team_id: lenient(boundedId),
  channel_id: lenient(boundedId),
  user_id: lenient(boundedId),
  trigger_id: lenient(word),
});

export type SlackCommand = z.infer<typeof command>;
