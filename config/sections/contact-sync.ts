import { z } from 'zod';
import { duration } from '../../model/fields/duration.ts';
import { nameField } from '../../model/fields/names.ts';

/** Contact syncs: their shape is checked, but this version does not run them. */
export const contactSyncSection = z
  .array(
    z.strictObject({
      name: nameField.describe('Name of the job.'),
      from: z.string().min(1).describe('Name of the connection whose contacts are read.'),
      every: duration({ min: '1m' }).describe('How often it runs.').meta({ example: '15m' }),
      fields: z
        .record(z.string(), z.string())
        .default({})
        .describe('Field → which side wins: newest, union, or the name of a connection.')
        .meta({ example: '{ name: newest, email: shop }' }),
    }),
  )
  .default([])
  .describe('Contact syncs. Not in this version yet: the list must be empty.');
