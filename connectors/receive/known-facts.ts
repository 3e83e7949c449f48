import type { Facts } from '../connector.ts';

/** A fact's value, or undefined where the payload doesn't tell. */
export type MaybeFact = string | number | boolean | null | undefined;

/** The facts that are known: those left undefined are left out. */
export function knownFacts(facts: { readonly [field: string]: MaybeFact }): Facts {
  const known: { [field: string]: string | number | boolean | null } = {};
  for (const [field, value] of Object.entries(facts)) if (value !== undefined) known[field] = value;
  return known;
}
