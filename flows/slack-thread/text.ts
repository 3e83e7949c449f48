import type { Conversation } from '../../connectors/ports/helpdesk.ts';
import { stripHtml } from '../plain-text.ts';
import type { MessageExcerpt } from '../actions.ts';
import { renderTemplate, usesField } from '../template.ts';
import type { TemplateValues } from '../template.ts';
import { attachmentLines, cutToEscaped, escapeMrkdwn, linkMrkdwn, nameMrkdwn } from './mrkdwn.ts';

/** Characters that Slack asks a message's text to stay within. https://docs.slack.dev/reference/methods/chat.postMessage */
export const MAX_MESSAGE_CHARS = 4_000;
const MAX_ATTACHMENT_CHARS = 1_800;

/** Fields of a thread's header. */
export const HEADER_FIELDS = ['conversation.id', 'conversation.link', 'conversation.status', 'inbox.name', 'contact.name'] as const;
/** Fields of each message. */
export const MESSAGE_FIELDS = ['sender', 'sender.name', 'sender.kind', 'text', 'conversation.id', 'conversation.link'] as const;

export const DEFAULT_HEADER = '*{{contact.name}}* in {{inbox.name}}: {{conversation.link}}';
export const DEFAULT_MESSAGE = '*{{sender}}*\n{{text}}';

const SENDER_KINDS = { contact: 'Contact', agent: 'Agent', bot: 'Bot', unknown: 'System' } as const;

/** The first lines of a record's thread. */
export function headerText(template: string, conversation: Conversation): string {
  const values: TemplateValues<(typeof HEADER_FIELDS)[number]> = {
    'conversation.id': escapeMrkdwn(conversation.id),
    'conversation.link': linkMrkdwn(conversation.url, `Conversation ${conversation.id}`),
    'conversation.status': conversation.status,
    'inbox.name': nameMrkdwn(conversation.inboxName ?? `inbox ${conversation.inboxId}`),
    'contact.name': nameMrkdwn(conversation.contact?.name || 'Unknown contact'),
  };
  return renderTemplate(template, values);
}

/**
 * Whether a message's text links to its conversation, which is read again only then: by the template, because it is cut, or since
 * something in it can only be seen there.
 */
export function needsConversation(template: string, message: MessageExcerpt): boolean {
  if (usesField(template, 'conversation.link') || message.textCut === true) return true;
  if (message.attachments.some(({ kind }) => kind === 'unsupported')) return true;
  return wholeText(template, message, null).length > MAX_MESSAGE_CHARS;
}

/**
 * A message as it is posted, escaped, at most `maxChars` long: its own text is cut, with a link to the conversation. Private
 * notes begin with `private:`, as in Chatwoot's own integration, whatever the template says.
 */
export function messageText(
  template: string,
  message: MessageExcerpt,
  conversation: Conversation | null,
  maxChars = MAX_MESSAGE_CHARS,
): string {
  const whole = wholeText(template, message, conversation);
  if (whole.length <= maxChars && message.textCut !== true) return whole;
  const rest = ` … ${conversation === null ? 'the rest is in the conversation' : linkMrkdwn(conversation.url, 'read the rest')}`;
  const one = frameText(template, message, conversation, 'x').length;
  // How often the template shows the text.
  const times = frameText(template, message, conversation, 'xx').length - one;
  const room = times === 0 ? 0 : Math.max(0, Math.floor((maxChars - one) / times) - rest.length);
  return frameText(template, message, conversation, `${escapeMrkdwn(cutToEscaped(plainText(message), room))}${rest}`);
}

/** A thread's first message: the header, and below it the message that the thread is opened with. */
export function rootText(header: string, template: string, message: MessageExcerpt, conversation: Conversation): string {
  return `${header}\n${messageText(template, message, conversation, MAX_MESSAGE_CHARS - header.length - 1)}`;
}

function wholeText(template: string, message: MessageExcerpt, conversation: Conversation | null): string {
  const plain = plainText(message);
  if (plain.trim() !== '') return frameText(template, message, conversation, escapeMrkdwn(plain));
  return frameText(template, message, conversation, message.attachments.length === 0 ? '(no text)' : '');
}

/** Versions before gave HTML as it came: a workflow that began under them goes on with what it has read. */
function plainText({ text, textCut }: MessageExcerpt): string {
  return textCut === undefined ? stripHtml(text) : text;
}

function frameText(template: string, message: MessageExcerpt, conversation: Conversation | null, text: string): string {
  const body = renderTemplate(template, { ...messageValues(message, conversation), text }).trimEnd();
  const lines = attachmentLines(message.attachments, MAX_ATTACHMENT_CHARS, conversation?.url ?? null);
  return [`${message.private ? 'private: ' : ''}${body}`, ...lines].join('\n');
}

function messageValues(message: MessageExcerpt, conversation: Conversation | null): { readonly [field: string]: string | null } {
  const kind = SENDER_KINDS[message.sender.kind];
  const name = message.sender.name === null || message.sender.name.trim() === '' ? null : nameMrkdwn(message.sender.name);
  return {
    sender: name === null ? kind : `${name} (${kind})`,
    'sender.name': name ?? kind,
    'sender.kind': kind,
    'conversation.id': escapeMrkdwn(message.conversationId),
    'conversation.link': conversation === null ? null : linkMrkdwn(conversation.url, `Conversation ${conversation.id}`),
  };
}
