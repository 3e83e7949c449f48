import type { z } from 'zod';
import { describeKey, describeValue } from './describe-value.ts';
import { suggest } from './nearest.ts';
import type { Finding, Path } from '../../model/finding.ts';
import { type AnySchema, descriptionOf, knownKeys, schemasAt } from './schema-walk.ts';

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
  ['array', 'a list'],
]);
const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', ' characters'],
  ['array', ' entries'],
]);

type Issue = z.core.$ZodIssue;

/** What zod complained about, in words that say what to do. */
export function toFindings(issues: readonly Issue[], schema: AnySchema, value: unknown): readonly Finding[] {
  return issues.flatMap(flattenUnion).flatMap((issue) => fromIssue(issue, schema, value));
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, key) => {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    return Reflect.get(current, key);
  }, value);
}

function flattenUnion(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const options = issue.errors.map((issues) => issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  const fitting = options.filter(
    (issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === issue.path.length),
  );
  const closest = fitting.toSorted((a, b) => a.length - b.length)[0];
  if (closest !== undefined && closest.length > 0) return closest.flatMap(flattenUnion);
  const message = [...new Set(options.flatMap((issues) => issues.slice(0, 1).map(expectedOf)))].join(' or ');
  return [{ code: 'custom', path: issue.path, message: message === '' ? issue.message : message }];
}

function fromIssue(issue: Issue, schema: AnySchema, value: unknown): readonly Finding[] {
  const path = toPath(issue.path);
  const schemas = schemasAt(schema, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      atKey: true,
      expected: 'a known key',
      found: `the unknown key ${describeKey(key)}`,
      hint: suggest(key, knownKeys(schemas)),
    }));
  }
  const found = valueAt(value, path);
  return [{ path, expected: expectedOf(issue), found: describeValue(found), hint: hintOf(issue, found, schemas) }];
}

function expectedOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPE_WORDS.get(issue.expected) ?? issue.expected;
  if (issue.code === 'invalid_value')
    return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small' && issue.message.startsWith('Too small'))
    return `at least ${String(issue.minimum)}${UNIT_WORDS.get(issue.origin) ?? ''}`;
  if (issue.code === 'too_big' && issue.message.startsWith('Too big'))
    return `at most ${String(issue.maximum)}${UNIT_WORDS.get(issue.origin) ?? ''}`;
  return issue.message.replace(/^(Invalid input: )?expected /, '');
}

function hintOf(issue: Issue, found: unknown, schemas: readonly AnySchema[]): string {
  if (issue.code === 'invalid_value' && typeof found === 'string') return suggest(found, issue.values.map(String));
  const expected = issue.code === 'invalid_type' ? issue.expected : '';
  if (expected === 'boolean' && typeof found === 'string') return 'Write true or false, without quotes; yes, no, on and off are texts.';
  if ((expected === 'number' || expected === 'int') && typeof found === 'string') return 'Write the number without quotes.';
  if (expected === 'string' && typeof found === 'number') return 'Put the value in quotes.';
  return schemas.map(descriptionOf).find((text) => text !== undefined) ?? 'See docs/configuration.md.';
}

function toPath(path: readonly PropertyKey[]): Path {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
