import { z } from 'zod';
import { duration } from '../../model/fields/duration.ts';
import { nameField } from '../../model/fields/names.ts';
import { percent } from '../../model/fields/percent.ts';

/** Knowledge jobs: their shape is checked, but this version does not run them. */
export const knowledgeSection = z
  .array(
    z.strictObject({
      name: nameField.describe('Name of the job.'),
      from: z.record(z.string(), z.unknown()).describe('What is read, such as a help-center portal.').meta({ example: '{ portal: help }' }),
      to: z
        .looseObject({ connection: z.string().min(1).describe('Name of the connection that is fed.') })
        .describe('Where it goes.')
        .meta({ example: '{ connection: answers, knowledgeBase: 29 }' }),
      every: duration({ min: '1m' }).describe('How often it runs.').meta({ example: '1h' }),
      deleteBudget: percent().prefault('10%').describe('Largest share of the documents that one run may delete.'),
    }),
  )
  .default([])
  .describe('Knowledge jobs. Not in this version yet: the list must be empty.');
