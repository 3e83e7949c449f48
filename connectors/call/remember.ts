/**
 * Remembers what `load` gave for `ttlMs`; callers at the same time share one load, and a failure is not remembered. `now` in epoch
 * milliseconds.
 */
export function remember<T>(load: () => Promise<T>, ttlMs: number, now: () => number): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly until: number } | null = null;
  return () => {
    if (kept !== null && now() < kept.until) return kept.value;
    const value = load();
    const entry = { value, until: now() + ttlMs };
    kept = entry;
    value.catch(() => {
      if (kept === entry) kept = null;
    });
    return value;
  };
}
