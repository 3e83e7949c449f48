import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

/** A request: the token on saving the webhook, or a batch of events (help.wotnot.io, Events). */
export const request = z.object({
  token: lenient(z.string().max(1000)),
  events: lenient(z.array(z.unknown())),
});

/** One element of a batch. */
export const element = z.object({ event: z.looseObject({}) });

/** One event, as it is stored. Only the payload of `conversation_create` is published. */
export const event = z.object({
  type: lenient(word),
  payload: lenient(z.object({ external_key: lenient(boundedId), bot_id: lenient(boundedId), account_id: lenient(boundedId) })),
});

export type WotnotEvent = z.infer<typeof event>;
