import type { Attachment } from '../../connectors/helpdesk.ts';

/** HTML longer than this is not looked at further: far more than a chat message shows. */
const MAX_HTML_CHARS = 16_000;
const MAX_NAME_CHARS = 80;
const MAX_LINK_CHARS = 1_500;

const HTML_TAG =
  /<\/?(?:a|b|blockquote|body|br|div|em|h[1-6]|html|i|img|li|ol|p|pre|span|strong|table|td|tr|u|ul)(?:\s+[\w:-]+\s*=[^<>]*)?\s*\/?>/i;
const LINE_END_TAG = /<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/blockquote|\/pre)(?:\s[^<>]*)?\/?>/gi;

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

/** One line per file, as links; those that do not fit into `maxChars` are counted. */
export function attachmentLines(attachments: readonly Attachment[], maxChars: number): readonly string[] {
  const lines: string[] = [];
  let used = 0;
  for (const [index, attachment] of attachments.entries()) {
    const line = linkMrkdwn(attachment.url, attachment.name === '' ? 'file' : attachment.name);
    used += line.length + 1;
    if (used > maxChars) return [...lines, `and ${attachments.length - index} more in the conversation`];
    lines.push(line);
  }
  return lines;
}

/** The text without its tags where it looks like HTML, else as it is. What is left is plain text: escape it. */
export function stripHtml(text: string): string {
  if (!HTML_TAG.test(text)) return text;
  return text
    .slice(0, MAX_HTML_CHARS)
    .replace(/<(script|style)\b[^<>]*>[^]*?<\/\1\s*>/gi, '')
    .replace(LINE_END_TAG, '\n')
    .replace(/<\/?[a-z!][^<>]*>/gi, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
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
