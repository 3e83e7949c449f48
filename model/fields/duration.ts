import type { z } from 'zod';
import { type Quantity, quantityField, readQuantity } from './quantity.ts';

const DURATION = {
  what: 'a duration',
  example: '15m',
  worth: new Map([
    ['ms', 1],
    ['s', 1000],
    ['m', 60_000],
    ['h', 3_600_000],
    ['d', 86_400_000],
  ]),
} as const;

/** Reads `250ms`, `30s`, `15m`, `1h`, `30d` into milliseconds; a day is 24 hours. */
export function readDuration(text: string): Quantity {
  return readQuantity(text, DURATION);
}

/** A field that holds a duration; milliseconds after loading. */
export function duration(limits: { readonly min?: string; readonly max?: string } = {}): z.ZodType<number, string> {
  return quantityField(DURATION, limits);
}
