import { z } from 'zod';
import { toFindings } from './issue-findings.ts';
import { prepare } from './prepare.ts';
import { isWithin } from './problem.ts';
import type { Finding, Path } from '../../model/finding.ts';
import type { ReferenceSource } from './references.ts';
import type { AnySchema } from './schema-walk.ts';

/** A part of the configuration held against its schema. `value` is there exactly when nothing was found. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Looks up the references in a part of the configuration and holds it against its schema; finds all that is wrong at once. */
export function parsePart<Schema extends AnySchema>(
  raw: unknown,
  schema: Schema,
  base: Path,
  source: ReferenceSource,
): Parsed<z.output<Schema>> {
  const prepared = prepare(raw, schema, base, source);
  const parsed = z.safeParse(schema, prepared.value);
  const issues = parsed.success ? [] : toFindings(parsed.error.issues, schema, prepared.value);
  const placed = issues.map((finding) => ({ ...finding, path: [...base, ...finding.path] }));
  const fresh = placed.filter((finding) => !prepared.findings.some((known) => isWithin(finding.path, known.path)));
  const shown = fresh.map((finding) => ({ ...finding, found: hideReferenced(finding, prepared.referenced) }));
  const findings = [...prepared.findings, ...shown];
  return { value: parsed.success && findings.length === 0 ? parsed.data : undefined, findings, warnings: prepared.warnings };
}

function hideReferenced(finding: Finding, referenced: readonly { readonly path: Path; readonly reference: string }[]): string {
  if (finding.atKey === true) return finding.found;
  const from = referenced.find((entry) => isWithin(finding.path, entry.path) && isWithin(entry.path, finding.path));
  return from === undefined ? finding.found : `the value of ${from.reference} (not shown)`;
}
