import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../connectors/ports/helpdesk.ts';
import type { MessageExcerpt } from '../../flows/actions.ts';
import { messageText } from '../../flows/slack-thread/text.ts';
import { conversation, message } from './recording-steps.ts';

const TEMPLATE = '*{{sender}}*\n{{text}}';

function shown(change: Partial<MessageExcerpt>, template = '{{text}}'): string {
  return messageText(template, { ...message, ...change }, conversation);
}

describe('text for Slack', () => {
  it.each([
    ['contact', 'Ada', 'Ada (Contact)'],
    ['agent', 'Jan', 'Jan (Agent)'],
    ['bot', 'Captain', 'Captain (Bot)'],
    ['unknown', null, 'System'],
    ['contact', '  ', 'Contact'],
    ['contact', 'A\n<!here> B', 'A &lt;!here&gt; B (Contact)'],
    ['agent', 'x'.repeat(100), `${'x'.repeat(79)}… (Agent)`],
  ] as const)('shows a %s named %j as %j', (kind, name, sender) => {
    expect(shown({ sender: { kind, id: '1', name } }, '{{sender}}')).toBe(sender);
  });

  it.each([
    ['<!channel> & <@U1> <https://x.example|y>', '&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://x.example|y&gt;'],
    ['&amp; stays literal', '&amp;amp; stays literal'],
    ['1 < 2 > 0', '1 &lt; 2 &gt; 0'],
    ['*not* _touched_ ~here~', '*not* _touched_ ~here~'],
    ['{{sender}} $& $1', '{{sender}} $&amp; $1'],
    ['', '(no text)'],
    [' \n', '(no text)'],
  ])('writes %j as %j', (text, written) => {
    expect(shown({ text })).toBe(written);
  });

  it.each([
    ['<p>Hello</p><p>world</p>', 'Hello\nworld'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<div class="x">Fish &amp; chips &lt;!channel&gt;</div>', 'Fish &amp; chips &lt;!channel&gt;'],
    ['<p>x</p><script>alert(1)</script><style>p{}</style>', 'x'],
    ['<b>"quoted"&nbsp;&quot;&#39;</b>', '"quoted" "\''],
    ['&amp;lt;p&amp;gt; <i>x</i>', '&amp;lt;p&amp;gt; x'],
    ['if a<b and b>c', 'if a&lt;b and b&gt;c'],
  ])('takes the tags out of %j', (text, written) => {
    expect(shown({ text })).toBe(written);
  });

  it.each([
    '<p '.repeat(40_000),
    '<p>' + '<script>'.repeat(20_000),
    '<p>' + '<'.repeat(100_000),
    `<p x=${' '.repeat(200_000)}`,
    `<p${' '.repeat(200_000)}`,
    `<p>${' '.repeat(200_000)}x`,
  ])('takes little time for hostile HTML', (text) => {
    const start = performance.now();
    expect(shown({ text }).length).toBeLessThanOrEqual(4_000);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it.each([
    [{ name: 'bill.pdf', url: 'https://files.example/1?a=1&b=2' }, '<https://files.example/1?a=1&amp;b=2|bill.pdf>'],
    [{ name: 'a|b>c<d&e', url: 'https://files.example/x|y>z' }, '<https://files.example/x%7Cy%3Ez|a/b&gt;c&lt;d&amp;e>'],
    [{ name: '', url: 'http://files.example/1' }, '<http://files.example/1|file>'],
    [{ name: 'evil', url: 'javascript:alert(1)' }, 'evil'],
    [{ name: 'file', url: 'file:///etc/passwd' }, 'file'],
    [{ name: 'split', url: 'https://x.example/\n<!channel>' }, 'split'],
    [{ name: 'relative', url: '/rails/1' }, 'relative'],
    [{ name: 'long', url: `https://x.example/${'y'.repeat(1_600)}` }, 'long'],
  ])('shows the file %j as %s', (attachment, line) => {
    expect(shown({ text: '', attachments: [attachment] }, TEMPLATE)).toBe(`*Ada (Contact)*\n${line}`);
  });

  it.each<[Attachment, string]>([
    [
      { kind: 'location', name: 'Depot (41.4, 2.17)', url: 'https://map.example/1' },
      'Location: <https://map.example/1|Depot (41.4, 2.17)>',
    ],
    [{ kind: 'contact', name: 'Ada, +15550100', url: null }, 'Contact: Ada, +15550100'],
    [{ name: 'A post', url: null }, 'A post'],
    [{ kind: 'unsupported', name: 'a<b', url: null }, '[unsupported content: a&lt;b] <https://desk.example/42|open the conversation>'],
  ])('shows %j as %s', (attachment, line) => {
    expect(shown({ text: '', attachments: [attachment] }, TEMPLATE)).toBe(`*Ada (Contact)*\n${line}`);
  });

  it('counts the files that do not fit', () => {
    const attachments = Array.from({ length: 40 }, (_, index) => ({
      name: `${index}.png`,
      url: `https://files.example/${'y'.repeat(80)}/${index}`,
    }));
    const text = shown({ attachments });
    expect(text).toMatch(/\nand \d+ more in the conversation$/);
    expect(text.length).toBeLessThanOrEqual(4_000);
  });

  it.each([
    ['plain', 'x'.repeat(10_000)],
    ['escaped', '<&>'.repeat(3_000)],
    ['of two units a character', '😀'.repeat(4_000)],
  ])('cuts long text that is %s at 4,000 characters, between characters, with a link to the rest', (_, text) => {
    const cut = shown({ text }, TEMPLATE);
    expect(cut.length).toBeLessThanOrEqual(4_000);
    expect(cut.length).toBeGreaterThan(3_900);
    expect(cut).toMatch(/ … <https:\/\/desk\.example\/42\|read the rest>$/);
    expect(cut.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
    expect(cut).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });

  it('is as it was read where its tags were taken out before, and says that there is more', () => {
    expect(shown({ text: 'a <b>c</b>', textCut: false })).toBe('a &lt;b&gt;c&lt;/b&gt;');
    expect(shown({ text: 'a', textCut: true })).toBe('a … <https://desk.example/42|read the rest>');
    expect(shown({ text: 'x'.repeat(4_000), textCut: true }).length).toBeLessThanOrEqual(4_000);
  });

  it('shares the room where a template shows the text twice', () => {
    expect(shown({ text: 'x'.repeat(3_000) }, '{{text}} / {{text}}').length).toBeLessThanOrEqual(4_000);
  });

  it('does not cut what fits exactly', () => {
    expect(shown({ text: 'x'.repeat(4_000) })).toBe('x'.repeat(4_000));
    expect(shown({ text: 'x'.repeat(4_001) })).not.toBe('x'.repeat(4_001));
  });
});
