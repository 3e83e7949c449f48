import { z } from 'zod';
import { boundedId, label, lenient, word } from '../../receive/wire-fields.ts';

const withId = z.object({ id: lenient(boundedId) });
const marked = z.object({ deskbridge_key: lenient(word) });

const conversation = z.object({
  id: lenient(boundedId),
  status: lenient(word),
  inbox_id: lenient(boundedId),
  contact_inbox: lenient(z.object({ contact_id: lenient(boundedId) })),
  meta: lenient(z.object({ sender: lenient(withId) })),
  custom_attributes: lenient(marked),
});

export type ConversationPart = z.infer<typeof conversation>;

/** A webhook's payload, of any event: chatwoot/chatwoot, the presenters' `webhook_data`. `id` is the event's own record. */
export const payload = conversation.extend({
  event: lenient(word),
  account: lenient(withId),
  message_type: lenient(z.union([word, z.number()])),
  private: lenient(z.boolean()),
  content_attributes: lenient(marked.extend({ deleted: lenient(z.boolean()) })),
  sender: lenient(withId.extend({ type: lenient(word) })),
  inbox: lenient(withId.extend({ name: lenient(label) })),
  conversation: lenient(conversation),
  current_conversation: lenient(conversation),
  contact: lenient(withId),
});

export type Payload = z.infer<typeof payload>;
