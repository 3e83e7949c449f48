import type { Facts, FactType, TopicFacts } from '../connectors/connector.ts';
import { describeValue } from './read/describe-value.ts';
import { isMapping, type Mapping } from './read/mapping.ts';
import { suggest } from './read/nearest.ts';
import type { Finding, Path } from '../model/finding.ts';

const EXPECTED = { string: 'a text, or a list of texts', number: 'a number, or a list of numbers', boolean: 'true or false' } as const;
const HINTS = {
  string: 'Put ids and other texts in quotes where they look like numbers.',
  number: 'Write the number without quotes.',
  boolean: 'Write true or false, without quotes.',
} as const;

/** A value that a fact can be compared with. */
export type FactValue = string | number | boolean;

/** One comparison of one fact. */
export type Condition =
  | { readonly field: string; readonly is: 'in'; readonly values: readonly FactValue[] }
  | { readonly field: string; readonly is: 'not'; readonly values: readonly FactValue[] }
  | { readonly field: string; readonly is: 'gt' | 'gte' | 'lt' | 'lte'; readonly limit: number }
  | { readonly field: string; readonly is: 'exists'; readonly wanted: boolean };

/** Conditions that must all hold; none: every event passes. */
export type Filter = readonly Condition[];

/** The facts of one source of a flow. */
export interface SourceFacts extends TopicFacts {
  /** `connection/topic`. */
  readonly source: string;
}

const ORDERINGS = ['gt', 'gte', 'lt', 'lte'] as const;
const OPERATORS = ['not', ...ORDERINGS, 'exists'] as const;

/** Whether an event's facts pass. A fact that is missing or null passes only `exists: false`. */
export function passes(filter: Filter, facts: Facts): boolean {
  return filter.every((condition) => holds(condition, Object.hasOwn(facts, condition.field) ? facts[condition.field] : undefined));
}

/**
 * Compiles `when:`. Each field is held against the facts of every source of the flow: a field that one of them never has, or a value of
 * another type, is a problem; a field that an event may lack is warned of, unless the filter says by `exists` that it is meant.
 */
export function compileFilter(
  when: Mapping,
  sources: readonly SourceFacts[],
  base: Path,
): { readonly filter: Filter; readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const findings: Finding[] = [];
  const warnings: Finding[] = [];
  const filter = Object.entries(when).flatMap(([field, raw]) => {
    const path = [...base, field];
    const unknown = sources.find((source) => typeOf(source, field) === undefined);
    if (unknown !== undefined) {
      findings.push({
        path,
        atKey: true,
        expected: `a fact of ${unknown.source}`,
        found: `the unknown fact ${JSON.stringify(field)}`,
        hint: suggest(field, Object.keys({ ...unknown.facts, ...unknown.maybe })),
      });
      return [];
    }
    const types = new Set(sources.flatMap((source) => typeOf(source, field) ?? []));
    const [type] = types;
    if (type === undefined) return [];
    if (types.size > 1) {
      findings.push({
        path,
        expected: 'a fact that has one type',
        found: `a fact that is ${[...types].join(' here and ')} there`,
        hint: 'Make one flow for each source.',
      });
      return [];
    }
    const conditions = isMapping(raw) ? operators(field, raw, type, path) : equality(field, raw, type, path);
    findings.push(...conditions.findings);
    if (!isMapping(raw) || !Object.hasOwn(raw, 'exists')) warnings.push(...lacking(field, sources, path));
    return conditions.filter;
  });
  return { filter, findings, warnings };
}

function typeOf({ facts, maybe = {} }: SourceFacts, field: string): FactType | undefined {
  if (Object.hasOwn(facts, field)) return facts[field];
  return Object.hasOwn(maybe, field) ? maybe[field] : undefined;
}

function lacking(field: string, sources: readonly SourceFacts[], path: Path): readonly Finding[] {
  return sources
    .filter((source) => !Object.hasOwn(source.facts, field))
    .map(({ source }) => ({
      path,
      atKey: true,
      expected: `a fact that each event of ${source} has`,
      found: `${field}, which some of them lack: those are left out`,
      hint: 'If that is meant, say so with `exists: true` among its conditions.',
    }));
}

interface Compiled {
  readonly filter: Filter;
  readonly findings: readonly Finding[];
}

function holds(condition: Condition, fact: string | number | boolean | null | undefined): boolean {
  const exists = fact !== undefined && fact !== null;
  if (condition.is === 'exists') return exists === condition.wanted;
  if (!exists) return false;
  if (condition.is === 'in') return condition.values.includes(fact);
  if (condition.is === 'not') return !condition.values.includes(fact);
  return typeof fact === 'number' && compare(condition.is, fact, condition.limit);
}

function compare(operator: (typeof ORDERINGS)[number], fact: number, limit: number): boolean {
  if (operator === 'gt') return fact > limit;
  if (operator === 'gte') return fact >= limit;
  return operator === 'lt' ? fact < limit : fact <= limit;
}

function equality(field: string, raw: unknown, type: FactType, path: Path, is: 'in' | 'not' = 'in'): Compiled {
  const values: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const wanted = values.filter((value) => isFactValue(value, type));
  if (values.length > 0 && wanted.length === values.length) return { filter: [{ field, is, values: wanted }], findings: [] };
  const wrong = values.findIndex((value) => !isFactValue(value, type));
  const at = Array.isArray(raw) && wrong >= 0 ? [...path, wrong] : path;
  return { filter: [], findings: [typeFinding(at, type, wrong < 0 ? raw : values[wrong])] };
}

function operators(field: string, raw: Mapping, type: FactType, path: Path): Compiled {
  const entries = Object.entries(raw);
  if (entries.length === 0)
    return {
      filter: [],
      findings: [
        {
          path,
          expected: `a value or one of ${OPERATORS.join(', ')}`,
          found: 'an empty mapping',
          hint: 'Write a condition, or remove the field.',
        },
      ],
    };
  const compiled = entries.map(([operator, value]) => operation(field, operator, value, type, [...path, operator]));
  return { filter: compiled.flatMap((part) => part.filter), findings: compiled.flatMap((part) => part.findings) };
}

function operation(field: string, operator: string, value: unknown, type: FactType, path: Path): Compiled {
  if (operator === 'not') return equality(field, value, type, path, 'not');
  if (operator === 'exists') {
    if (typeof value === 'boolean') return { filter: [{ field, is: 'exists', wanted: value }], findings: [] };
    return { filter: [], findings: [typeFinding(path, 'boolean', value)] };
  }
  const ordering = ORDERINGS.find((known) => known === operator);
  if (ordering === undefined) {
    return {
      filter: [],
      findings: [
        {
          path,
          atKey: true,
          expected: `one of ${OPERATORS.join(', ')}`,
          found: `the unknown operator ${JSON.stringify(operator)}`,
          hint: suggest(operator, OPERATORS),
        },
      ],
    };
  }
  if (type !== 'number') {
    return {
      filter: [],
      findings: [
        {
          path,
          atKey: true,
          expected: `a number to compare; ${field} is a ${type}`,
          found: `the operator ${operator}`,
          hint: 'Use a value, a list of values, `not` or `exists`.',
        },
      ],
    };
  }
  if (typeof value === 'number') return { filter: [{ field, is: ordering, limit: value }], findings: [] };
  return { filter: [], findings: [typeFinding(path, 'number', value)] };
}

function typeFinding(path: Path, type: FactType, value: unknown): Finding {
  const hint = value === null ? 'To ask whether the fact is there, write { exists: false } or { exists: true }.' : HINTS[type];
  return { path, expected: EXPECTED[type], found: describeValue(value), hint };
}

function isFactValue(value: unknown, type: FactType): value is FactValue {
  return typeof value === type && !Number.isNaN(value);
}
