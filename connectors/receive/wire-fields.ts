import { z } from 'zod';

/** Longer ids and names are no ids and names. */
const MAX_TEXT = 200;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** A field that is null wherever it is absent or not what we expect: one odd field never costs the event. */
export function lenient<T extends z.ZodType>(schema: T): z.ZodDefault<z.ZodCatch<z.ZodNullable<T>>> {
  const nullable = schema.nullable();
  return z._default(z.catch(nullable, null), null);
}

/** An id, always as text: senders write numbers or text, and large numbers arrive as text (see json-body.ts). */
export const boundedId = z.union([z.string().max(MAX_TEXT).regex(PRINTABLE), z.number().int().transform(String)]);

/** A name from a closed or open set, such as an event's type: printable, without spaces, bounded. */
export const word = z.string().max(MAX_TEXT).regex(PRINTABLE);

/** Text that people wrote, such as an inbox's name; bounded. */
export const label = z.string().max(MAX_TEXT);
