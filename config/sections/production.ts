import { z } from 'zod';

/** The embedded parts that production refuses unless they are named. */
export const EMBEDDED_PARTS = ['temporal', 'store', 'encryption'] as const;

/** What production is allowed to do. */
export const productionSection = z
  .strictObject({
    allowEmbedded: z
      .union([z.boolean(), z.array(z.enum(EMBEDDED_PARTS))])
      .default(false)
      .describe(
        'Embedded parts that production may run on: temporal (the dev server), store (PGlite), encryption (a key made on the spot); true for all. Without it production refuses to start on them.',
      )
      .meta({ example: '[store]' }),
  })
  .describe('Exceptions for production (`deskbridge server`, `deskbridge worker`, or NODE_ENV=production).');
