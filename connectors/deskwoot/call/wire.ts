import { z } from 'zod';
import { anyList, idText, listOf, looseArray, optionalText, recordOf } from '../../call/shapes.ts';

/**
 * Shapes of Deskwoot's REST answers that we rely on; all else is accepted and left alone. https://deskwoot.com/docs/api
 * A field that only shows something is null where it is odd; one that decides something makes its record unreadable.
 */

export const wireContact = z.object({ id: idText, name: shown(), email: optionalText });

const wireLabel = z.object({ id: idText, title: z.string() });
/** The document names none of its fields: these are plausible. */
export const wireAttachment = z.object({
  name: shown(),
  fileName: shown(),
  url: shown(),
  fileUrl: shown(),
  type: shown(),
  fileType: shown(),
  contentType: shown(),
});

export const wireMessage = z.object({
  id: idText,
  content: z.string().nullish(),
  messageType: z.string().nullish(),
  private: z.boolean().nullish(),
  createdAt: z.string().nullish().catch(null),
  sender: z.object({ id: idText.nullish(), name: shown(), type: z.string().nullish() }).nullish(),
  attachments: anyList,
});

export const wireConversation = z.object({
  id: idText,
  status: z.string().nullish().catch(null),
  inboxId: idText.nullish(),
  contactId: idText.nullish(),
  createdAt: z.string().nullish().catch(null),
  contact: wireContact.nullish().catch(null),
  inbox: z.object({ id: idText, name: shown() }).nullish().catch(null),
  labels: looseArray(wireLabel).nullish().catch(null),
});

const wireNamed = z.object({ id: idText, name: optionalText, email: optionalText });

export const wireMe = z.object({
  user: z.object({ id: idText }),
  scopes: looseArray(z.string()).nullish().catch(null),
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

/** Text that is only shown. */
function shown(): z.ZodCatch<typeof optionalText> {
  return optionalText.catch(null);
}
