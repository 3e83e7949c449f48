import { z } from 'zod';
import { secret } from '../model/secret.ts';
import type { Secret } from '../model/secret.ts';

const DEFAULT_TOLERANCE_S = 300;
const MAX_TOLERANCE_S = 3600;

/** The field `baseUrl`: an origin to which the system's own paths are appended; trailing slashes are dropped. */
export function origin(): z.ZodString {
  return z
    .string()
    .overwrite(withoutTrailingSlashes)
    .refine((text) => isBaseUrl(text, false), {
      error: 'expected an origin such as https://desk.example.com: http or https, no path, query or user',
    });
}

/** As `origin`, but a path is allowed: for systems that are installed in a folder of a site. */
export function baseAddress(): z.ZodString {
  return z
    .string()
    .overwrite(withoutTrailingSlashes)
    .refine((text) => isBaseUrl(text, true), {
      error: 'expected an address such as https://shop.example.com or https://example.com/shop: http or https, no query or user',
    });
}

/** The field of one secret; whether it must be there is judged by `refusal`, so that all missing ones are named at once. */
export function oneSecret(description: string): z.ZodOptional<typeof secret> {
  return secret.optional().describe(description);
}

/** The field of several secrets that are valid at a time, such as during a rotation. */
export function manySecrets(description: string): z.ZodOptional<z.ZodArray<typeof secret>> {
  return z.array(secret).min(1).optional().describe(description);
}

/** An id that people write as a number or as text; text after loading. */
export const idSetting = z.union([
  z.string().regex(/^[\x21-\x7e]{1,200}$/, { error: 'expected an id without spaces' }),
  z.number().int().nonnegative().transform(String),
]);

/** The field `toleranceSeconds`. */
export const toleranceSeconds = z
  .number()
  .int()
  .min(1)
  .max(MAX_TOLERANCE_S)
  .default(DEFAULT_TOLERANCE_S)
  .describe(`Seconds that the sender's signed time may differ from our clock in either direction (1 to ${MAX_TOLERANCE_S}).`);

/** One secret and a list of secrets as one list, in the order in which they are tried. */
export function secretList(one: Secret | undefined, many: readonly Secret[] | undefined): readonly Secret[] {
  return [...(one === undefined ? [] : [one]), ...(many ?? [])];
}

/** Why these secrets must not be used to verify: none, or a blank one, whose signatures anyone could forge; null: usable. */
export function secretProblem(secrets: readonly Secret[], fields: string, source: string): string | null {
  if (secrets.length === 0) return `no secret to verify webhooks with: set ${fields} to ${source}`;
  if (secrets.some(isBlank)) return `a secret is empty or only whitespace, so anyone could forge webhooks: set ${fields} to ${source}`;
  return null;
}

/** Secrets that start or end with whitespace are used as they are, and named here. */
export function secretWarnings(secrets: readonly Secret[], fields: string): readonly string[] {
  const odd = secrets.flatMap((each, index) => (each.reveal() === each.reveal().trim() ? [] : [index + 1]));
  if (odd.length === 0) return [];
  return [
    `secret ${odd.join(', ')} of ${fields} starts or ends with whitespace; it is used as it is: if signatures fail, remove the whitespace`,
  ];
}

/** Whether a secret is empty or only whitespace. */
export function isBlank(candidate: Secret): boolean {
  return candidate.reveal().trim() === '';
}

function withoutTrailingSlashes(text: string): string {
  return text.replace(/\/+$/, '');
}

function isBaseUrl(text: string, pathAllowed: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  if (url.username !== '' || url.password !== '' || /[?#\s]/.test(text)) return false;
  return pathAllowed || url.pathname === '/';
}
