import { z } from 'zod';
import { boundedId, label, lenient, word } from '../../receive/wire-fields.ts';

const named = z.object({ id: lenient(boundedId), name: lenient(label) });

const conversation = z.object({
  id: lenient(boundedId),
  status: lenient(word),
  inboxId: lenient(boundedId),
  contactId: lenient(boundedId),
  inbox: lenient(named),
  contact: lenient(named),
});

/** A record as an event may carry it. The payload is undocumented: names are those of the REST API, and every one may be missing. */
export const entity = conversation.extend({
  accountId: lenient(boundedId),
  conversationId: lenient(boundedId),
  messageType: lenient(word),
  private: lenient(z.boolean()),
  sender: lenient(z.object({ id: lenient(boundedId), type: lenient(word) })),
  conversation: lenient(conversation),
});

export type Entity = z.infer<typeof entity>;

/** The envelope, in the forms that are plausible: `{event | type, data | payload | <entity>}`. */
export const envelope = z.object({
  event: lenient(word),
  type: lenient(word),
  accountId: lenient(boundedId),
  account: lenient(z.object({ id: lenient(boundedId) })),
  data: lenient(z.unknown()),
  payload: lenient(z.unknown()),
});
