import { describe } from 'vitest';
import { hasPostgres } from '../../bench/chaos/postgres.ts';

/**
 * For rules that stop PostgreSQL, or need several databases: left out, with the reason in the title, on a machine without
 * PostgreSQL's programs. In CI they are never left out.
 */
export function describeWithOwnPostgres(name: string, rules: () => void): void {
  if (hasPostgres(process.env['PATH'] ?? '') || process.env['CI']) describe(name, rules);
  else describe.skip(`${name} (needs PostgreSQL's programs: apt-get install postgresql)`, rules);
}
