import type { z } from 'zod';
import { type Quantity, quantityField, readQuantity } from './quantity.ts';

const SIZE = {
  what: 'a size',
  example: '1MB',
  worth: new Map([
    ['B', 1],
    ['kB', 1000],
    ['MB', 1_000_000],
    ['GB', 1_000_000_000],
    ['KiB', 1024],
    ['MiB', 1_048_576],
    ['GiB', 1_073_741_824],
  ]),
} as const;

/** Reads `512kB`, `1MB` (decimal) and `512KiB`, `1MiB` (binary) into bytes. */
export function readSize(text: string): Quantity {
  return readQuantity(text, SIZE);
}

/** A field that holds a size; bytes after loading. */
export function size(limits: { readonly min?: string; readonly max?: string } = {}): z.ZodType<number, string> {
  return quantityField(SIZE, limits);
}
