import { describe, expect, it } from 'vitest';
import { compileFilter, passes, type SourceFacts } from '../../config/when.ts';

const PAID = { source: 'shop/paid', facts: { total: 'number', status: 'string', test: 'boolean' } } as const;
const MADE = { source: 'shop/made', facts: { total: 'string', status: 'string' } } as const;
const ODD: SourceFacts = { source: 'x/y', facts: Object.fromEntries([['toString', 'string' as const]]) };
const FACTS = { total: 100, status: 'open', test: false, note: null };

describe('a filter', () => {
  it.each([
    [{}, true],
    [{ status: 'open' }, true],
    [{ status: 'closed' }, false],
    [{ status: ['closed', 'open'] }, true],
    [{ status: { not: 'closed' } }, true],
    [{ status: { not: ['closed', 'open'] } }, false],
    [{ test: false }, true],
    [{ test: true }, false],
    [{ total: 100 }, true],
    [{ total: { gt: 100 } }, false],
    [{ total: { gte: 100 } }, true],
    [{ total: { lt: 100 } }, false],
    [{ total: { lte: 100 } }, true],
    [{ total: { gte: 50, lt: 100 } }, false],
    [{ total: { gte: 50, lt: 101 } }, true],
    [{ status: { exists: true } }, true],
    [{ status: { exists: false } }, false],
    [{ status: 'open', total: { gt: 500 } }, false],
  ])('%j on an open order of 100: %s', (when, expected) => {
    const { filter, findings } = compileFilter(when, [PAID], []);
    expect(findings).toEqual([]);
    expect(passes(filter, FACTS)).toBe(expected);
  });

  it.each([
    [{ total: 100 }, false],
    [{ total: { not: 100 } }, false],
    [{ total: { gt: 1 } }, false],
    [{ total: { exists: true } }, false],
    [{ total: { exists: false } }, true],
  ])('%j on a fact that is missing or null: %s', (when, expected) => {
    const { filter } = compileFilter(when, [PAID], []);
    expect([passes(filter, {}), passes(filter, { total: null })]).toEqual([expected, expected]);
  });

  it('does not take inherited properties for facts', () => {
    const { filter } = compileFilter({ toString: { exists: true } }, [ODD], []);
    expect(passes(filter, {})).toBe(false);
  });
});

describe('a filter on a fact that an event may lack', () => {
  const THIN = { source: 'shop/paid', facts: { status: 'string' }, maybe: { total: 'number' } } as const;

  it('holds where the fact is there, leaves out the events that lack it, and is warned of', () => {
    const { filter, findings, warnings } = compileFilter({ total: { gte: 100 } }, [THIN], ['when']);
    expect(findings).toEqual([]);
    expect([passes(filter, FACTS), passes(filter, { total: 99 }), passes(filter, {})]).toEqual([true, false, false]);
    expect(warnings).toEqual([
      {
        path: ['when', 'total'],
        atKey: true,
        expected: 'a fact that each event of shop/paid has',
        found: 'total, which some of them lack: those are left out',
        hint: 'If that is meant, say so with `exists: true` among its conditions.',
      },
    ]);
  });

  it.each([[{ total: { exists: true, gte: 100 } }], [{ total: { exists: false } }]])('is not warned of where it says so: %j', (when) => {
    expect(compileFilter(when, [THIN], ['when'])).toMatchObject({ findings: [], warnings: [] });
  });

  it('is held against the type that the fact has', () => {
    expect(compileFilter({ total: '100' }, [THIN], ['when']).findings[0]?.hint).toBe('Write the number without quotes.');
    expect(compileFilter({ total: 1 }, [THIN, MADE], []).findings[0]?.found).toBe('a fact that is number here and string there');
  });
});

describe('a filter is refused', () => {
  it.each([
    ['on an unknown fact, with the nearest', { totl: 1 }, ['totl'], 'Did you mean total? Known: total, status, test.'],
    ['with a text for a number', { total: '100' }, ['total'], 'Write the number without quotes.'],
    ['with a number for a text', { status: 5 }, ['status'], 'Put ids and other texts in quotes where they look like numbers.'],
    ['with a text for a boolean', { test: 'false' }, ['test'], 'Write true or false, without quotes.'],
    [
      'with a wrong value in a list',
      { status: ['a', 5] },
      ['status', 1],
      'Put ids and other texts in quotes where they look like numbers.',
    ],
    ['with an empty list', { status: [] }, ['status'], 'Put ids and other texts in quotes where they look like numbers.'],
    ['with null', { status: null }, ['status'], 'To ask whether the fact is there, write { exists: false } or { exists: true }.'],
    ['with an unknown operator', { total: { gtt: 1 } }, ['total', 'gtt'], 'Did you mean gt? Known: not, gt, gte, lt, lte, exists.'],
    ['with an order on a text', { status: { gt: 1 } }, ['status', 'gt'], 'Use a value, a list of values, `not` or `exists`.'],
    ['with a text as a limit', { total: { gt: '1' } }, ['total', 'gt'], 'Write the number without quotes.'],
    ['with exists: "yes"', { total: { exists: 'yes' } }, ['total', 'exists'], 'Write true or false, without quotes.'],
    ['with an empty mapping', { total: {} }, ['total'], 'Write a condition, or remove the field.'],
  ])('%s', (_title, when, path, hint) => {
    const { filter, findings } = compileFilter(when, [PAID], ['when']);
    expect(filter).toEqual([]);
    expect(findings.map((finding) => [finding.path, finding.hint])).toEqual([[['when', ...path], hint]]);
  });

  it('where one of the sources does not have the fact', () => {
    const { findings } = compileFilter({ test: true }, [PAID, MADE], []);
    expect(findings[0]?.expected).toBe('a fact of shop/made');
  });

  it('where the fact has different types in two sources', () => {
    const { findings } = compileFilter({ total: 1 }, [PAID, MADE], []);
    expect(findings[0]?.found).toBe('a fact that is number here and string there');
  });
});
