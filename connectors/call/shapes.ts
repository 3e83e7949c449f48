import { z } from 'zod';

/** Ids come as numbers or text; we keep text. */
export const idText = z.union([z.string().min(1), z.number().int()]).transform(String);

/** Text or nothing: absent, null and blank are all null. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === undefined || text === null || text.trim() === '' ? null : text));

/** A list whose items were read one by one. */
export interface LooseList<Item> {
  /** Those that could be read, in their order. */
  readonly items: readonly Item[];
  /** Those that could not. */
  readonly odd: readonly OddItem[];
}

/** An item of a list that differs from what the vendor documents. */
export interface OddItem {
  /** Position and field, such as `1.inbox_id`; never a value. */
  readonly at: string;
  /** As it came: for comparing its ids, never to be shown. */
  readonly value: unknown;
}

/** A list as a bare array or in an envelope: `{data}`, `{payload}`, `{data: {payload}}` or one of the names given; each item stands for itself. */
export function listOf<Item extends z.ZodType>(item: Item, ...names: readonly string[]): z.ZodType<LooseList<z.output<Item>>> {
  return z.preprocess((value) => unwrap(value, [...names, 'payload', 'data']), looseArray(item));
}

/** The same, for lists that are written back whole: one odd item makes the list unreadable, for leaving it out would delete it. */
export function wholeListOf<Item extends z.ZodType>(item: Item, ...names: readonly string[]): z.ZodType<z.output<Item>[]> {
  return z.preprocess((value) => unwrap(value, [...names, 'payload', 'data']), z.array(item));
}

/** An array whose items are read one by one. */
export function looseArray<Item extends z.ZodType>(item: Item): z.ZodType<LooseList<z.output<Item>>> {
  return z.array(z.unknown()).transform((values) => readEach(values, item));
}

/** Whatever a list holds, unread; absent and null are empty, and what is no list is its only item. */
export const anyList = z
  .unknown()
  .optional()
  .transform((value): readonly unknown[] => {
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : [value];
  });

/** A record, bare or in an envelope of one of these names. */
export function recordOf<Item extends z.ZodType>(item: Item, ...names: readonly string[]): z.ZodType<z.output<Item>> {
  return z.preprocess((value) => unwrap(value, names), item);
}

/** A field of an item that could not be read, as text: an id or an address; null where it is none, or the item is no object. */
export function fieldOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const field = new Map<string, unknown>(Object.entries(value)).get(name);
  return typeof field === 'string' || typeof field === 'number' ? String(field) : null;
}

/** Whether an item that could not be read is an object at all: `null` in a list is nobody's record. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readEach<Item extends z.ZodType>(values: readonly unknown[], item: Item): LooseList<z.output<Item>> {
  const items: z.output<Item>[] = [];
  const odd: OddItem[] = [];
  for (const [index, value] of values.entries()) {
    const result = item.safeParse(value);
    if (result.success) items.push(result.data);
    else odd.push({ at: [index, ...(result.error.issues[0]?.path ?? [])].join('.'), value });
  }
  return { items, odd };
}

function unwrap(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = new Map<string, unknown>(Object.entries(value));
  const name = names.find((candidate) => typeof entries.get(candidate) === 'object' && entries.get(candidate) !== null);
  return name === undefined ? value : unwrap(entries.get(name), names);
}
