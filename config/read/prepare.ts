import { Secret } from '../../model/secret.ts';
import { describeValue } from './describe-value.ts';
import type { Finding, Path } from '../../model/finding.ts';
import { isReference, type ReferenceSource, resolveReference } from './references.ts';
import { accepts, type AnySchema, childrenOf, wantsSecret } from './schema-walk.ts';

/** A value with its references looked up, ready for its schema. */
export interface Prepared {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Where a text came by reference: its value is never shown. */
  readonly referenced: readonly { readonly path: Path; readonly reference: string }[];
}

interface Collector {
  readonly source: ReferenceSource;
  readonly findings: Finding[];
  readonly warnings: Finding[];
  readonly referenced: { path: Path; reference: string }[];
}

const MAX_DEPTH = 32;

/**
 * Looks up every reference in a value: where the schema wants a secret the text becomes a `Secret`, elsewhere it is revealed, as a
 * number or boolean where the schema takes nothing else. A plain text in a secret's place is a problem that does not show it.
 */
export function prepare(value: unknown, schema: AnySchema, base: Path, source: ReferenceSource): Prepared {
  const collector: Collector = { source, findings: [], warnings: [], referenced: [] };
  const prepared = walk(value, [schema], base, collector);
  return { value: prepared, findings: collector.findings, warnings: collector.warnings, referenced: collector.referenced };
}

function walk(value: unknown, schemas: readonly AnySchema[], path: Path, collector: Collector): unknown {
  if (typeof value === 'string') return leaf(value, schemas, path, collector);
  if (typeof value === 'number') return checkedNumber(value, path, collector);
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => walk(item, childrenOf(schemas, index), [...path, index], collector));
  const entries = Object.entries(value).map(
    ([key, item]) => [key, walk(item, childrenOf(schemas, key), [...path, key], collector)] as const,
  );
  return Object.fromEntries(entries);
}

function leaf(text: string, schemas: readonly AnySchema[], path: Path, collector: Collector): unknown {
  // An unknown key is a problem of its own; what it refers to is not looked at.
  if (schemas.length === 0) return text;
  const secret = schemas.some(wantsSecret);
  if (!isReference(text)) return secret ? plainSecret(text, path, collector) : text;
  const resolved = resolveReference(text, collector.source);
  collector.referenced.push({ path, reference: text });
  if (!resolved.ok) {
    collector.findings.push({ path, expected: resolved.expected, found: resolved.found, hint: resolved.hint });
    return secret ? new Secret('unset') : text;
  }
  if (resolved.warning !== undefined) {
    collector.warnings.push({
      path,
      expected: 'a text without white space around it',
      found: resolved.warning,
      hint: 'Remove the white space, unless it belongs to the text.',
    });
  }
  return secret ? new Secret(resolved.text) : revealed(resolved.text, schemas);
}

function plainSecret(text: string, path: Path, collector: Collector): Secret {
  const found = text === '' ? 'an empty text' : `a plain text of ${text.length} characters (not shown)`;
  const hint =
    'Put the secret into the environment or a file and name it here, such as env:NAME or file:secrets/name. If it was committed, replace it.';
  collector.findings.push({ path, expected: 'a secret by reference: env:NAME or file:path', found, hint });
  return new Secret(text);
}

function checkedNumber(value: number, path: Path, collector: Collector): number {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    collector.findings.push({
      path,
      expected: 'a number that is exact',
      found: describeValue(value),
      hint: 'Numbers this large lose digits: put the id in quotes.',
    });
  }
  return value;
}

function revealed(text: string, schemas: readonly AnySchema[]): unknown {
  const taken = (value: unknown): boolean => schemas.some((schema) => accepts(schema, value));
  if (taken(text)) return text;
  if ((text === 'true' || text === 'false') && taken(text === 'true')) return text === 'true';
  if (/^-?(0|[1-9][0-9]{0,14})$/.test(text) && taken(Number(text))) return Number(text);
  return text;
}
