import { z } from 'zod';
import { contactSyncSection } from './sections/contact-sync.ts';
import { encryptionSection } from './sections/encryption.ts';
import { knowledgeSection } from './sections/knowledge.ts';
import { logSection } from './sections/log.ts';
import { productionSection } from './sections/production.ts';
import { serverSection } from './sections/server.ts';
import { storeSection } from './sections/store.ts';
import { temporalSection } from './sections/temporal.ts';

/** The keys that are read part by part, because their schema depends on `type` or `do`. */
export const PARTS = ['helpdesk', 'connections', 'flows'] as const;

/** The file as a whole, but for the insides of `helpdesk`, `connections` and `flows`. */
export const settingsSchema = z.strictObject({
  server: serverSection.prefault({}).describe('The receiver of webhooks.'),
  temporal: temporalSection.optional(),
  store: storeSection.prefault({}),
  encryption: encryptionSection.optional(),
  production: productionSection.prefault({}),
  log: logSection.prefault({}).describe('The log.'),
  helpdesk: z.unknown().optional().describe('The helpdesk: a connection named `helpdesk`.'),
  connections: z.unknown().optional().describe('The other systems, by name.'),
  flows: z.unknown().optional().describe('What to do on which events.'),
  contactSync: contactSyncSection,
  knowledge: knowledgeSection,
});

/** The settings that are the same whatever is connected. */
export type Settings = Omit<z.output<typeof settingsSchema>, (typeof PARTS)[number]>;
