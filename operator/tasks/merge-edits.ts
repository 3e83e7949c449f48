import type { Json, JsonObject } from '../../model/json.ts';

/** Values set now laid over those set before, field by field: the store replaces whole steps. */
export function mergeEdits(before: Json | null, now: { readonly [step: string]: JsonObject }): JsonObject {
  const earlier = isObject(before) ? before : {};
  return Object.fromEntries(
    Object.entries(now).map(([step, fields]) => {
      const kept = earlier[step];
      return [step, kept !== undefined && isObject(kept) ? { ...kept, ...fields } : fields];
    }),
  );
}

function isObject(value: Json | null): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
