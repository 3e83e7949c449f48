import { isUtf8 } from 'node:buffer';
import { z } from 'zod';

/** Raw bytes in JSON: as text where they are text. */
export const bodySchema = z.object({ encoding: z.enum(['utf8', 'base64']), text: z.string() });

/** The bytes as JSON carries them. */
export function toBody(raw: Buffer): z.output<typeof bodySchema> {
  const encoding = isUtf8(raw) ? 'utf8' : 'base64';
  return { encoding, text: raw.toString(encoding) };
}
