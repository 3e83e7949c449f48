import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

/** The payload that the specification advises (Standard Webhooks 1.0.0, Payload structure): `{type, timestamp, data}`. */
export const payload = z.object({ type: lenient(word), data: lenient(z.object({ id: lenient(boundedId) })) });
