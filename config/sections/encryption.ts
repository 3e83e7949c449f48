import { z } from 'zod';
import { type Secret, secret } from '../../model/secret.ts';
import { toKeyBytes } from '../read/encryption-key.ts';

const key = secret.refine((text: Secret) => toKeyBytes(text) !== undefined, {
  error: 'a key of 32 bytes, as base64 (44 characters) or hex (64 digits)',
});

/** Keys of the payload codec. */
export const encryptionSection = z
  .strictObject({
    key: key
      .describe('Key that encrypts payloads in Temporal: 32 random bytes, for example from `openssl rand -base64 32`.')
      .meta({ example: 'env:DESKBRIDGE_KEY' }),
    previousKeys: z
      .array(key)
      .default([])
      .describe(
        'Other keys that can decrypt: older ones, and a new one until every replica has it. Only then it becomes `key`: see docs/operations.md.',
      )
      .meta({ example: '[env:DESKBRIDGE_KEY_2025]' }),
  })
  .describe('Keys of the payload codec. Left out: made once under .deskbridge/, which production refuses.');
