import { connectors } from '../connectors/registry.ts';
import { jobs } from '../jobs/registry.ts';
import { flowKinds } from '../flows/registry.ts';
import type { Catalog } from './catalog.ts';

/** Settings as the connector of their connection's type read them: only that connector may look into them. */
export type ConnectionSettings = object;

/** Every connector, kind of flow and job of this installation. */
export const installed: Catalog<ConnectionSettings> = { connectors, flowKinds, jobs };
