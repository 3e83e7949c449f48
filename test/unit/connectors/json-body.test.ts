import { describe, expect, it } from 'vitest';
import { readJsonObject } from '../../../connectors/receive/json-body.ts';

function read(text: string | Buffer): unknown {
  const body = readJsonObject(typeof text === 'string' ? Buffer.from(text) : text);
  return body.ok ? body.value : body.problem;
}

describe('a JSON body', () => {
  it.each([
    ['{"id":9007199254740991}', { id: 9007199254740991 }],
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['{"id":-820982911946154508,"n":1.5}', { id: '-820982911946154508', n: 1.5 }],
    ['{"a":[820982911946154508,1],"b":{"id" : 820982911946154509 }}', { a: ['820982911946154508', 1], b: { id: '820982911946154509' } }],
    ['{"t":"820982911946154508 \\" 820982911946154508"}', { t: '820982911946154508 " 820982911946154508' }],
    ['{"t":"\\\\","id":820982911946154508}', { t: '\\', id: '820982911946154508' }],
  ])('keeps every digit of the integers in %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['{820982911946154508:1}'],
    ['{"a":0820982911946154508}'],
    ['{"a":1 820982911946154508}'],
    ['{"a":+820982911946154508}'],
    ['{"a":"820982911946154508'],
    ['{'],
  ])('does not mend the broken JSON %s', (text) => {
    expect(read(text)).toBe('the body is not JSON');
  });

  it('drops a byte order mark and takes nothing but UTF-8', () => {
    expect(read(Buffer.from('\u{feff}{"a":"é"}'))).toEqual({ a: 'é' });
    expect(read(Buffer.from([0x7b, 0xc3, 0x28, 0x7d]))).toBe('the body is not UTF-8');
  });

  it('takes 64 levels and no more', () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(read(nested(64))).toBeTypeOf('object');
    expect(read(nested(65))).toBe('the body is nested deeper than 64 levels');
  });

  it('takes 10,000 keys in an object, and 100,000 in all', () => {
    const object = (keys: number): string => `{${Array.from({ length: keys }, (_, index) => `"${index}":0`).join(',')}}`;
    expect(read(object(10_000))).toBeTypeOf('object');
    expect(read(object(10_001))).toMatch('more than 10000 keys');
    expect(read(`{"a":[${Array.from({ length: 10 }, () => object(10_000)).join(',')}]}`)).toMatch('100000 in all');
  });

  it('makes __proto__ a key like any other', () => {
    const value = read('{"__proto__":{"polluted":1}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Object('x').polluted).toBeUndefined();
  });
});
