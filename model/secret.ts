import { z } from 'zod';

/**
 * A secret that cannot be printed by accident: logging, templating and JSON show `[secret]`.
 * Only `reveal()` gives the text.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret's text, byte for byte as configured. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** A field that holds a secret: in the file `env:NAME` or `file:path`, after loading a `Secret`. */
export const secret = z.instanceof(Secret, { error: 'expected a secret by reference: env:NAME or file:path' });
