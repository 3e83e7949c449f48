import { z } from 'zod';
import { nameField } from '../../model/fields/names.ts';

const source = z.string().regex(/^[^/\s]+\/\S+$/, { error: 'connection/topic, such as billing/invoice.payment_failed' });

/** What every flow has, whatever it does; `with` is held against the options of its kind. */
export const flowSection = z.strictObject({
  name: nameField
    .describe(
      'Name of the flow: its queue, and part of its workflow ids. Renaming it leaves behind what waits, until `deskbridge flows remove <flow>` skips it.',
    )
    .meta({ example: 'dunning' }),
  on: z
    .union([source.transform((text) => [text]), z.array(source).min(1)])
    .describe('The events that start it: one `connection/topic`, or a list of them.')
    .meta({ example: 'billing/invoice.payment_failed' }),
  do: z.string().min(1).describe('What to do, one of the kinds below.').meta({ example: 'open-conversation' }),
  with: z.record(z.string(), z.unknown()).default({}).describe('Options of what is done; see the kind.'),
  when: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Filter on the facts of the event: all conditions must hold.')
    .meta({ example: '{ livemode: true, invoice.attemptCount: { exists: true, gte: 2 } }' }),
  credit: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('How many groups of this flow may be under way at a time; parked ones are not under way. Left out: 256.'),
  paused: z
    .boolean()
    .default(false)
    .describe('true: events are recorded and wait, nothing is run, until an operator says `flows resume` or the line is taken out.'),
});
