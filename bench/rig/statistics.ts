/** The value below which this part (0 to 1) of the numbers lies; NaN of none. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The middle one; NaN of none. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
