import { describe, expect, it } from 'vitest';
import { readDotEnv } from '../../config/read/dot-env.ts';
import { readDuration } from '../../model/fields/duration.ts';
import { nearest } from '../../config/read/nearest.ts';
import { readPercent } from '../../model/fields/percent.ts';
import { formatPath } from '../../config/read/problem.ts';
import { readSize } from '../../model/fields/size.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('%s is %i ms', (text, value) => {
    expect(readDuration(text)).toEqual({ ok: true, value });
  });

  it.each(['', '15', 'm', '15 m', '1.5h', '-1h', '+1h', '015m', '1h30m', '1H', '15min', '1e3s', '9999999999999999d', '٣s'])(
    '%j is refused, and the answer says what is expected',
    (text) => {
      expect(readDuration(text)).toEqual({ ok: false, expected: 'a duration: a whole number and one of ms, s, m, h, d, such as 15m' });
    },
  );
});

describe('sizes', () => {
  it.each([
    ['10B', 10],
    ['512kB', 512_000],
    ['1MB', 1_000_000],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
  ])('%s is %i bytes', (text, value) => {
    expect(readSize(text)).toEqual({ ok: true, value });
  });

  it.each(['1', '1mb', '1 MB', '1.5MB', '1M', '1KB'])('%j is refused', (text) => {
    expect(readSize(text).ok).toBe(false);
  });
});

describe('percentages', () => {
  it.each([
    ['0%', 0],
    ['10%', 10],
    ['100%', 100],
  ])('%s is %i', (text, value) => {
    expect(readPercent(text)).toEqual({ ok: true, value });
  });

  it.each(['101%', '10', '10 %', '0.5%', '-1%'])('%j is refused', (text) => {
    expect(readPercent(text).ok).toBe(false);
  });
});

describe('.env', () => {
  it('takes KEY=VALUE lines, skips comments and blank lines, and lets a later line win', () => {
    const { variables, badLines } = readDotEnv('# note\nA=1\n\nexport B = two words \r\nA=3\n');
    expect([...variables]).toEqual([
      ['A', '3'],
      ['B', 'two words'],
    ]);
    expect(badLines).toEqual([]);
  });

  it('takes one pair of quotes off, keeps a # and expands nothing', () => {
    const { variables } = readDotEnv('A="x # y"\nB=\'$A\'\nC=a#b\nD="half\n');
    expect([...variables.values()]).toEqual(['x # y', '$A', 'a#b', '"half']);
  });

  it('names the lines that it cannot read', () => {
    expect(readDotEnv('A=1\nnonsense\n2B=1\n').badLines).toEqual([2, 3]);
  });
});

describe('suggestions', () => {
  it.each([
    ['tokn', 'token'],
    ['Token', 'token'],
    ['chanel', 'channel'],
    ['zzzzzz', undefined],
  ])('for %s the nearest known word is %s', (word, expected) => {
    expect(nearest(word, ['token', 'channel', 'account'])).toBe(expected);
  });
});

describe('paths', () => {
  it.each([
    [['flows', 0, 'with', 'channel'], 'flows[0].with.channel'],
    [['flows', 2, 'when', 'order.total'], 'flows[2].when["order.total"]'],
    [[], ''],
  ])('%j reads %s', (path, text) => {
    expect(formatPath(path)).toBe(text);
  });
});
