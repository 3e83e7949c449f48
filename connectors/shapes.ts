import { z } from 'zod';

/** Ids come as numbers or text; we keep text. */
export const idText = z.union([z.string().min(1), z.number().int()]).transform(String);

/** Text or nothing: absent, null and blank are all null. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === undefined || text === null || text.trim() === '' ? null : text));

/** A list as a bare array or in an envelope: `{data}`, `{payload}`, `{data: {payload}}` or one of the names given. */
export function listOf<Item extends z.ZodType>(item: Item, ...names: readonly string[]): z.ZodType<z.output<Item>[]> {
  return z.preprocess((value) => unwrap(value, [...names, 'payload', 'data']), z.array(item));
}

/** A record, bare or in an envelope of one of these names. */
export function recordOf<Item extends z.ZodType>(item: Item, ...names: readonly string[]): z.ZodType<z.output<Item>> {
  return z.preprocess((value) => unwrap(value, names), item);
}

function unwrap(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = new Map<string, unknown>(Object.entries(value));
  const name = names.find((candidate) => typeof entries.get(candidate) === 'object' && entries.get(candidate) !== null);
  return name === undefined ? value : unwrap(entries.get(name), names);
}
