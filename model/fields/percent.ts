import type { z } from 'zod';
import { type Quantity, quantityField, readQuantity } from './quantity.ts';

const PERCENT = { what: 'a percentage', example: '10%', worth: new Map([['%', 1]]) } as const;

/** Reads `10%` into 10; 0% to 100%. */
export function readPercent(text: string): Quantity {
  const quantity = readQuantity(text, PERCENT);
  if (!quantity.ok || quantity.value <= 100) return quantity;
  return { ok: false, expected: 'a percentage of at most 100%' };
}

/** A field that holds a percentage; 0 to 100 after loading. */
export function percent(): z.ZodType<number, string> {
  return quantityField(PERCENT, { max: '100%' });
}
