import type { Attachment } from '../../connectors/ports/helpdesk.ts';

const MAX_NAME_CHARS = 80;
const MAX_LINK_CHARS = 1_500;

/**
 * Text of a customer, safe within Slack's mrkdwn: the three characters that carry markup are escaped, so it can name no
 * channel, person or link. https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A person's or file's name on one line, shortened and escaped. */
export function nameMrkdwn(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return escapeMrkdwn(cutText(line, MAX_NAME_CHARS));
}

/** `<url|label>`; the label alone unless the address is a web address of sensible length. */
export function linkMrkdwn(url: string, label: string): string {
  const name = nameMrkdwn(label).replace(/\|/g, '/');
  if (url.length > MAX_LINK_CHARS || !/^https?:\/\/[^\s\p{Cc}]+$/iu.test(url)) return name;
  const address = url.replace(/</g, '%3C').replace(/>/g, '%3E').replace(/\|/g, '%7C').replace(/&/g, '&amp;');
  return `<${address}|${name}>`;
}

/**
 * One line per attachment; those that do not fit into `maxChars` are counted. `conversationUrl`: where what cannot be shown is
 * looked at; null: not known.
 */
export function attachmentLines(attachments: readonly Attachment[], maxChars: number, conversationUrl: string | null): readonly string[] {
  const lines: string[] = [];
  let used = 0;
  for (const [index, attachment] of attachments.entries()) {
    const line = attachmentLine(attachment, conversationUrl);
    used += line.length + 1;
    if (used > maxChars) return [...lines, `and ${attachments.length - index} more in the conversation`];
    lines.push(line);
  }
  return lines;
}

function attachmentLine({ kind, name, url }: Attachment, conversationUrl: string | null): string {
  if (kind === 'unsupported') {
    const where = conversationUrl === null ? 'open it in the conversation' : linkMrkdwn(conversationUrl, 'open the conversation');
    return `[unsupported content: ${nameMrkdwn(name)}] ${where}`;
  }
  const label = name === '' ? 'file' : name;
  const shown = url === null ? nameMrkdwn(label) : linkMrkdwn(url, label);
  if (kind === 'location') return `Location: ${shown}`;
  return kind === 'contact' ? `Contact: ${shown}` : shown;
}

/** The longest beginning whose escaped form has at most `maxChars` characters; no code point is broken. */
export function cutToEscaped(text: string, maxChars: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += escapeMrkdwn(character).length;
    if (used > maxChars) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function cutText(text: string, maxChars: number): string {
  const characters = [...text];
  return characters.length <= maxChars ? text : `${characters.slice(0, maxChars - 1).join('')}…`;
}
