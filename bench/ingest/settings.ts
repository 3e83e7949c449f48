import { z } from 'zod';

/** The systems that a load run compares. */
export const SYSTEMS = ['floor', 'postgres', 'pglite', 'bare'] as const;
export type SystemName = (typeof SYSTEMS)[number];

/** What of the product's handing over is set for a run, to see what it brings; null: as it is. */
export const levers = z.object({
  batchGroups: z.number().int().positive().nullable(),
  credit: z.number().int().positive().nullable(),
  refill: z.boolean(),
});
export type Levers = z.infer<typeof levers>;
export const AS_IT_IS: Levers = { batchGroups: null, credit: null, refill: true };

/** What a system's process is started with. */
export const appSettings = z.object({
  system: z.enum(SYSTEMS),
  temporalAddress: z.string(),
  sinkOrigin: z.string(),
  /** With `postgres` only. */
  databaseUrl: z.string().nullable(),
  /** With `pglite` only. */
  dataDir: z.string(),
  bundlePath: z.string(),
  secret: z.string(),
  levers,
});
export type AppSettings = z.infer<typeof appSettings>;

/** The name of the receiving connection, as in the path of its webhooks. */
export const CONNECTION = 'load';
/** The name of the flow. */
export const FLOW = 'post';
