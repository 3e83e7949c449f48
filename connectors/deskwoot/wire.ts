import { z } from 'zod';
import { idText, listOf, optionalText, recordOf } from '../shapes.ts';

/** Shapes of Deskwoot's REST answers that we rely on; all else is accepted and left alone. https://deskwoot.com/docs/api */

export const wireContact = z.object({ id: idText, name: optionalText, email: optionalText });

const wireLabel = z.object({ id: idText, title: z.string() });
const wireAttachment = z.object({ name: optionalText, fileName: optionalText, url: optionalText, fileUrl: optionalText });

export const wireMessage = z.object({
  id: idText,
  content: z.string().nullish(),
  messageType: z.string().nullish(),
  private: z.boolean().nullish(),
  createdAt: z.string().nullish(),
  sender: z.object({ id: idText.nullish(), name: optionalText, type: z.string().nullish() }).nullish(),
  attachments: z.array(wireAttachment).nullish(),
});

export const wireConversation = z.object({
  id: idText,
  status: z.string().nullish(),
  inboxId: idText.nullish(),
  contactId: idText.nullish(),
  createdAt: z.string().nullish(),
  contact: wireContact.nullish(),
  inbox: z.object({ id: idText, name: optionalText }).nullish(),
  labels: z.array(wireLabel).nullish(),
});

const wireNamed = z.object({ id: idText, name: optionalText, email: optionalText });

export const wireMe = z.object({
  user: z.object({ id: idText }),
  accountIds: z.array(idText).nullish(),
  scopes: z.array(z.string()).nullish(),
});
export const wireInboxes = listOf(wireNamed, 'inboxes');
export const wireTeams = listOf(wireNamed, 'teams');
export const wireAgents = listOf(recordOf(wireNamed, 'user'), 'agents');
export const wireLabels = listOf(wireLabel, 'labels');
export const wireContacts = listOf(wireContact, 'contacts');
export const wireMessages = listOf(wireMessage, 'messages');
export const wireConversations = listOf(wireConversation, 'conversations');
/** Answers to creates are not shown in the documentation: bare or in an envelope. */
export const wireNewMessage = recordOf(wireMessage, 'message', 'data');
export const wireWholeContact = recordOf(
  z.object({ id: idText, customAttributes: z.record(z.string(), z.json()).nullish() }),
  'contact',
  'data',
);
export const wireNewContact = recordOf(wireContact, 'contact', 'data');
export const wireOneConversation = recordOf(wireConversation, 'conversation', 'data');

export type WireContact = z.output<typeof wireContact>;
export type WireMessage = z.output<typeof wireMessage>;
export type WireConversation = z.output<typeof wireConversation>;
export type WireNamed = z.output<typeof wireNamed>;
export type WireLabel = z.output<typeof wireLabel>;
