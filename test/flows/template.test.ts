import { describe, expect, it } from 'vitest';
import { checkTemplate, describeProblem, renderTemplate, usesField } from '../../flows/template.ts';

const FIELDS = ['invoice.amount', 'invoice.number', 'customer.name'];

describe('template', () => {
  it('replaces fields, with or without spaces within the braces', () => {
    expect(renderTemplate('{{invoice.amount}} of {{ invoice.number }}!', { 'invoice.amount': '1 USD', 'invoice.number': 'A-7' })).toBe(
      '1 USD of A-7!',
    );
  });

  it('puts in the missing text for a value that is not known', () => {
    expect(renderTemplate('[{{a}}]', { a: null })).toBe('[]');
    expect(renderTemplate('[{{a}}]', { a: null }, 'unknown')).toBe('[unknown]');
  });

  it('does not take placeholders from values', () => {
    expect(renderTemplate('{{a}} {{b}}', { a: '{{b}} $1 $&', b: 'x' })).toBe('{{b}} $1 $& x');
  });

  it.each(['{{a', 'a}}', '{{a}', '{{constructor}}', '{{toString}}', '{{__proto__}}', '{a}', '{{}}', '{{{{', '}}{{'])(
    'leaves %s as it is written',
    (text) => {
      expect(renderTemplate(text, { a: 'x' })).toBe(text);
    },
  );

  it('accepts a text without fields, single braces and every known field', () => {
    expect(checkTemplate('no field, { one } {{customer.name}} {{ invoice.amount }}', FIELDS)).toEqual([]);
  });

  it.each([
    ['Hi {{invoice.amuont}}', { position: 3, problem: 'unknown_field', found: '{{invoice.amuont}}', nearest: 'invoice.amount' }],
    ['{{secret}}', { position: 0, problem: 'unknown_field', found: '{{secret}}', nearest: null }],
    ['{{Invoice.Amount}}', { position: 0, problem: 'unknown_field', found: '{{Invoice.Amount}}', nearest: 'invoice.amount' }],
    ['a {{ }}', { position: 2, problem: 'empty_field', found: '{{ }}', nearest: null }],
    ['ab {{customer.name', { position: 3, problem: 'unclosed', found: '{{', nearest: null }],
    ['ab customer.name}}', { position: 16, problem: 'unopened', found: '}}', nearest: null }],
  ])('finds what is wrong in %s', (text, problem) => {
    expect(checkTemplate(text, FIELDS)).toEqual([problem]);
  });

  it('reports every problem, in the order of the text', () => {
    const problems = checkTemplate('}} {{x}} {{invoice.number}} {{', FIELDS);
    expect(problems.map(({ problem, position }) => [problem, position])).toEqual([
      ['unopened', 0],
      ['unknown_field', 3],
      ['unclosed', 28],
    ]);
  });

  it('tells a person where the problem is and what to do', () => {
    const sentence = (text: string): string[] => checkTemplate(text, FIELDS).map((problem) => describeProblem(problem, FIELDS));
    expect(sentence('{{invoice.nummer}}')).toEqual([
      'There is no such field (at character 1): did you mean invoice.number? Fields: invoice.amount, invoice.number, customer.name.',
    ]);
    expect(sentence('{{secret}}')).toEqual([
      'There is no such field (at character 1). Fields: invoice.amount, invoice.number, customer.name.',
    ]);
    expect(sentence('a {{b')).toEqual(['Close the placeholder that is opened with {{ at character 3 by }}.']);
    expect(sentence('b}}')).toEqual(['Remove the }} at character 2, or open a placeholder with {{ before it.']);
  });

  it('knows which fields it uses', () => {
    expect(usesField('{{conversation.link}}', 'conversation.')).toBe(true);
    expect(usesField('conversation.link', 'conversation.')).toBe(false);
  });
});
