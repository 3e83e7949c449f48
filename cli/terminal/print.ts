import type { Io } from './io.ts';

/** Prints a result: one JSON document, or the text for people. */
export function print(io: Io, options: { readonly json: boolean }, result: unknown, text: () => string): void {
  io.out(`${options.json ? JSON.stringify(result, null, 2) : text()}\n`);
}

/** A number with its noun. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** How a list goes on; nothing where that was all. */
export function nextPage(next: string | null): string {
  return next === null ? '' : `\n\nThere may be more: add --after ${next}.`;
}
