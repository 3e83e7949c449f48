import { toPlainText } from '../../flows/plain-text.ts';
import { toTextHash } from '../effects/fingerprint.ts';
import type { Attachment, Contact, Conversation, Message } from '../../connectors/ports/helpdesk.ts';
import type { MessageExcerpt } from '../../flows/actions.ts';

/** What a Slack message shows; no flow shows more. */
const MAX_TEXT_CHARS = 4_000;
const MAX_NAME_CHARS = 200;
/** A longer address is no link anybody can be shown. */
const MAX_URL_CHARS = 1_500;
const MAX_ATTACHMENTS = 20;
const MAX_LABELS = 50;

/** What of a message crosses Temporal: its text as plain text as far as it is shown, and the hash of the whole. */
export function toMessageExcerpt(message: Message): MessageExcerpt {
  const { text, cut } = toPlainText(message.text, MAX_TEXT_CHARS);
  const { sender, attachments } = message;
  const more = attachments.length - MAX_ATTACHMENTS;
  return {
    ...message,
    text,
    textCut: cut,
    textHash: toTextHash(message.text),
    sender: { ...sender, name: boundedOrNull(sender.name) },
    attachments: [
      ...attachments.slice(0, MAX_ATTACHMENTS).map(toAttachmentExcerpt),
      ...(more > 0 ? [{ kind: 'unsupported' as const, name: `${more} more attachments`, url: null }] : []),
    ],
  };
}

/** What of a conversation crosses Temporal. */
export function toConversationExcerpt(conversation: Conversation): Conversation {
  const { contact, inboxName, labels } = conversation;
  return {
    ...conversation,
    inboxName: boundedOrNull(inboxName),
    contact: contact === null ? null : toContactExcerpt(contact),
    labels: labels.slice(0, MAX_LABELS).map(bounded),
  };
}

function toContactExcerpt(contact: Contact): Contact {
  return { ...contact, name: boundedOrNull(contact.name) };
}

function toAttachmentExcerpt(attachment: Attachment): Attachment {
  const { name, url } = attachment;
  return { ...attachment, name: bounded(name), url: url !== null && url.length <= MAX_URL_CHARS ? url : null };
}

function boundedOrNull(text: string | null): string | null {
  return text === null ? null : bounded(text);
}

/** At most 200 characters, no code point broken. */
function bounded(text: string): string {
  return text.length <= MAX_NAME_CHARS ? text : `${[...text.slice(0, MAX_NAME_CHARS)].slice(0, -1).join('')}…`;
}
