import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { duration } from '../../model/fields/duration.ts';

const retention = z
  .strictObject({
    bodies: duration({ min: '1d', max: '3650d' }).prefault('30d').describe('How long bodies of events are kept. Replay needs them.'),
    events: duration({ min: '30d', max: '3650d' })
      .prefault('90d')
      .describe('How long events and deliveries are kept, and with them the memory of what was received already.'),
  })
  .refine((kept) => kept.bodies <= kept.events, { error: 'retention.bodies no longer than retention.events' });

/** Where state lives. */
export const storeSection = z
  .strictObject({
    url: secret
      .optional()
      .describe('PostgreSQL, as postgres://user:password@host:port/database. A secret, since it holds the password.')
      .meta({ example: 'env:DATABASE_URL' }),
    dir: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of the embedded store, relative to the working folder. Default: .deskbridge/store, where there is no `url`.')
      .meta({ example: '.deskbridge/store' }),
    retention: retention.prefault({}).describe('How long things are kept.'),
  })
  .refine((store) => store.url === undefined || store.dir === undefined, {
    error: 'either `url` (PostgreSQL) or `dir` (embedded), not both',
  })
  .describe('Where state lives. Left out: PGlite, embedded, under .deskbridge/ of the working folder.');
