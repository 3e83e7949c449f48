/** Hands out the next number, beginning with 1 (or after `last`). */
export function createSequence(last = 0): () => number {
  let current = last;
  return () => {
    current += 1;
    return current;
  };
}

/** Hands out ids of a fixed length: the prefix, then a counter in base 36. They sort in the order of their making. */
export function createIds(prefix: string, digits: number): () => string {
  const next = createSequence();
  return () => prefix + next().toString(36).padStart(digits, '0');
}
