import { z } from 'zod';
import { anyList, idText, listOf, looseArray, optionalText, recordOf, wholeListOf } from '../../call/shapes.ts';

/**
 * Shapes of Chatwoot's REST answers that we rely on; all else is accepted and left alone. https://developers.chatwoot.com/api-reference
 * A field that only shows something is null where it is odd. One that decides something (whose message, to whom, with which mark)
 * makes its record unreadable.
 */

const attributes = z.record(z.string(), z.unknown()).nullish();

export const wireContact = z.object({
  id: idText,
  name: shown(),
  email: optionalText,
  identifier: optionalText,
  custom_attributes: attributes,
});

/** An attachment of any kind; chatwoot v4.15.1, app/models/attachment.rb, push_event_data. Whatever is odd in it is null. */
export const wireAttachment = z.object({
  file_type: shown(),
  data_url: shown(),
  fallback_title: shown(),
  coordinates_lat: z.number().nullish().catch(null),
  coordinates_long: z.number().nullish().catch(null),
  meta: z.object({ firstName: shown(), lastName: shown() }).nullish().catch(null),
});

export const wireMessage = z.object({
  id: idText,
  content: z.string().nullish(),
  content_type: shown(),
  message_type: z.union([z.number(), z.string()]).nullish(),
  private: z.boolean().nullish(),
  content_attributes: attributes,
  created_at: z.union([z.number(), z.string()]).nullish().catch(null),
  sender: z.object({ id: idText.nullish(), name: shown(), type: z.string().nullish() }).nullish().catch(null),
  // Chatwoot shows an attachment without a type as `null`.
  attachments: anyList,
});

export const wireConversation = z.object({
  id: idText,
  status: z.string().nullish().catch(null),
  inbox_id: idText,
  labels: looseArray(z.string()).nullish().catch(null),
  custom_attributes: attributes,
  meta: z
    .object({ sender: wireContact.nullish().catch(null) })
    .nullish()
    .catch(null),
});

const wireNamed = z.object({ id: idText, name: optionalText, email: optionalText });

export const wireProfile = z.object({ id: idText, accounts: looseArray(z.object({ id: idText })).nullish() });
export const wireInboxes = listOf(wireNamed, 'inboxes');
export const wireAgents = listOf(wireNamed, 'agents');
export const wireTeams = listOf(wireNamed, 'teams');
export const wireLabels = listOf(z.object({ id: idText, title: z.string() }), 'labels');
export const wireContacts = listOf(wireContact);
export const wireMessages = listOf(wireMessage);
export const wireConversations = listOf(wireConversation);
export const wireLabelTitles = wholeListOf(z.string());
export const wireAttributes = listOf(z.object({ attribute_key: optionalText }));
export const wireOneContact = recordOf(wireContact, 'payload');
export const wireNewContact = recordOf(wireContact, 'payload', 'contact');

export type WireContact = z.output<typeof wireContact>;
export type WireMessage = z.output<typeof wireMessage>;
export type WireConversation = z.output<typeof wireConversation>;
export type WireNamed = z.output<typeof wireNamed>;

/** Text that is only shown. */
function shown(): z.ZodCatch<typeof optionalText> {
  return optionalText.catch(null);
}
