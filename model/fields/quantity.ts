import { z } from 'zod';

/** The outcome of reading a number with a unit. */
export type Quantity = { readonly ok: true; readonly value: number } | { readonly ok: false; readonly expected: string };

/** How texts with units are read: what one unit is worth, and how an example looks. */
export interface Units {
  readonly what: string;
  readonly example: string;
  readonly worth: ReadonlyMap<string, number>;
}

/**
 * Reads a whole number followed at once by a unit (`15m`, `1MB`) into the smallest unit. Strict: no sign, no fraction, no space, no
 * leading zero, no missing unit, no two units.
 */
export function readQuantity(text: string, units: Units): Quantity {
  const match = /^(0|[1-9][0-9]{0,14})([A-Za-z%]+)$/.exec(text);
  const worth = units.worth.get(match?.[2] ?? '');
  const value = Number(match?.[1]) * (worth ?? Number.NaN);
  if (Number.isSafeInteger(value)) return { ok: true, value };
  return {
    ok: false,
    expected: `${units.what}: a whole number and one of ${[...units.worth.keys()].join(', ')}, such as ${units.example}`,
  };
}

/** A field that holds such a text; `min` and `max` are texts in the same form, both included. */
export function quantityField(units: Units, limits: { readonly min?: string; readonly max?: string }): z.ZodType<number, string> {
  const min = boundOf(limits.min, units);
  const max = boundOf(limits.max, units);
  return z
    .string()
    .meta({ kind: units.what })
    .transform((text, context) => {
      const quantity = readQuantity(text, units);
      if (quantity.ok && quantity.value >= (min ?? 0) && quantity.value <= (max ?? Number.MAX_SAFE_INTEGER)) return quantity.value;
      context.addIssue({ code: 'custom', message: quantity.ok ? rangeText(units, limits) : quantity.expected });
      return z.NEVER;
    });
}

function boundOf(text: string | undefined, units: Units): number | undefined {
  if (text === undefined) return undefined;
  const bound = readQuantity(text, units);
  if (!bound.ok) throw new Error(`the limit "${text}" of a schema is not ${bound.expected}`);
  return bound.value;
}

function rangeText(units: Units, limits: { readonly min?: string; readonly max?: string }): string {
  const parts = [limits.min === undefined ? '' : `at least ${limits.min}`, limits.max === undefined ? '' : `at most ${limits.max}`];
  return `${units.what} of ${parts.filter((part) => part !== '').join(' and ')}`;
}
