import { z } from 'zod';

/** The systems that a load run compares. */
export const SYSTEMS = ['floor', 'postgres', 'pglite', 'bare'] as const;
export type SystemName = (typeof SYSTEMS)[number];

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
});
export type AppSettings = z.infer<typeof appSettings>;

/** The name of the receiving connection, as in the path of its webhooks. */
export const CONNECTION = 'load';
/** The name of the flow. */
export const FLOW = 'post';
