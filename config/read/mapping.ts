/** A mapping as YAML gives it. */
export interface Mapping {
  readonly [key: string]: unknown;
}

/** Whether a value is a mapping: not a list, not null. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
