/** Joins the parts of a dedupe key so that no two different lists give the same text. */
export function dedupeKey(...parts: readonly (string | null)[]): string {
  return JSON.stringify(parts);
}
