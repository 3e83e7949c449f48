import { z } from 'zod';
import { idText, listOf, optionalText, recordOf } from '../shapes.ts';

/** Shapes of Chatwoot's REST answers that we rely on; all else is accepted and left alone. https://developers.chatwoot.com/api-reference */

const attributes = z.record(z.string(), z.unknown()).nullish();

export const wireContact = z.object({
  id: idText,
  name: optionalText,
  email: optionalText,
  identifier: optionalText,
  custom_attributes: attributes,
});

const wireAttachment = z.object({ data_url: optionalText, file_type: optionalText });

export const wireMessage = z.object({
  id: idText,
  content: z.string().nullish(),
  message_type: z.union([z.number(), z.string()]).nullish(),
  private: z.boolean().nullish(),
  content_attributes: attributes,
  created_at: z.union([z.number(), z.string()]).nullish(),
  sender: z.object({ id: idText.nullish(), name: optionalText, type: z.string().nullish() }).nullish(),
  attachments: z.array(wireAttachment).nullish(),
});

export const wireConversation = z.object({
  id: idText,
  status: z.string().nullish(),
  inbox_id: idText,
  labels: z.array(z.string()).nullish(),
  custom_attributes: attributes,
  meta: z.object({ sender: wireContact.nullish().catch(null) }).nullish(),
});

const wireNamed = z.object({ id: idText, name: optionalText, email: optionalText });

export const wireProfile = z.object({ id: idText, accounts: z.array(z.object({ id: idText })).nullish() });
export const wireInboxes = listOf(wireNamed, 'inboxes');
export const wireAgents = listOf(wireNamed, 'agents');
export const wireTeams = listOf(wireNamed, 'teams');
export const wireLabels = listOf(z.object({ id: idText, title: z.string() }), 'labels');
export const wireContacts = listOf(wireContact);
export const wireMessages = listOf(wireMessage);
export const wireConversations = listOf(wireConversation);
export const wireLabelTitles = listOf(z.string());
export const wireAttributes = listOf(z.object({ attribute_key: optionalText }));
export const wireOneContact = recordOf(wireContact, 'payload');
export const wireNewContact = recordOf(wireContact, 'payload', 'contact');

export type WireContact = z.output<typeof wireContact>;
export type WireMessage = z.output<typeof wireMessage>;
export type WireConversation = z.output<typeof wireConversation>;
export type WireNamed = z.output<typeof wireNamed>;
