/** HTML longer than this is not looked at further: far more than a chat message shows. */
const MAX_HTML_CHARS = 16_000;

const HTML_TAG =
  /<\/?(?:a|b|blockquote|body|br|div|em|h[1-6]|html|i|img|li|ol|p|pre|span|strong|table|td|tr|u|ul)(?:\s+[\w:-]+\s*=[^<>]*|\s*\/?)>/i;
const LINE_END_TAG = /<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/blockquote|\/pre)(?:\s[^<>]*)?\/?>/gi;

/** The beginning of a text, without its tags where it looks like HTML. `cut`: there is more than is given. */
export function toPlainText(text: string, maxChars: number): { readonly text: string; readonly cut: boolean } {
  const plain = stripHtml(text);
  const isLonger = plain.length > maxChars || (text.length > MAX_HTML_CHARS && looksLikeHtml(text));
  return { text: cutAt(plain, maxChars), cut: isLonger };
}

/** The text without its tags where it looks like HTML, else as it is. What is left is plain text: escape it. */
export function stripHtml(text: string): string {
  if (!looksLikeHtml(text)) return text;
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
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function looksLikeHtml(text: string): boolean {
  return HTML_TAG.test(text.slice(0, MAX_HTML_CHARS));
}

/** At most `maxChars`, no character of two units broken. */
function cutAt(text: string, maxChars: number): string {
  const cut = text.slice(0, maxChars);
  return cut.length < text.length ? cut.replace(/[\uD800-\uDBFF]$/, '') : cut;
}
