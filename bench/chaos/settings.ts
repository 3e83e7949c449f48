import { z } from 'zod';

/** Names and shapes that the processes of a fault run share. */

export const CLASSES = ['natural', 'keyed', 'marked', 'once'] as const;
export type EffectClassName = (typeof CLASSES)[number];

/** The receiving connection, as in the path of its webhooks. */
export const CONNECTION = 'load';

/** What is switched off, to see that the run then fails. */
export const CONTROLS = ['none', 'without-fence', 'without-ledger'] as const;
export type Control = (typeof CONTROLS)[number];

/** What a process of the product is started with. */
export const chaosSettings = z.object({
  role: z.enum(['server', 'worker']),
  name: z.string(),
  databaseUrl: z.string(),
  temporalAddress: z.string(),
  sinkOrigin: z.string(),
  bundlePath: z.string(),
  secret: z.string(),
  port: z.number(),
  control: z.enum(CONTROLS),
  /** The crash point at which this process ends itself; null: none. */
  crashAt: z.string().nullable(),
  /** Hands everything over this one way; null: by the weather. */
  only: z.enum(['delivery', 'batch']).nullable(),
  /** Groups that a batch is started with; null: as usual. */
  batchGroups: z.number().nullable(),
  queues: z.object({ live: z.string(), bulk: z.string() }),
});
export type ChaosSettings = z.infer<typeof chaosSettings>;

/** One write that the sink carried out. */
export const applied = z.object({ id: z.string(), class: z.enum(CLASSES), atMs: z.number() });
export type Applied = z.infer<typeof applied>;
