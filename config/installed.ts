import { connectors, type ConnectorSettings } from '../connectors/registry.ts';
import { flowKinds } from '../flows/registry.ts';
import type { Catalog, ConnectorEntry } from './catalog.ts';

/** The settings of any installed connector, told apart by their `type`. */
export type ConnectionSettings = ConnectorSettings;

/** Every connector and kind of flow of this installation. */
export const installed: Catalog<ConnectionSettings> = {
  connectors: new Map<string, ConnectorEntry<ConnectionSettings>>(Object.entries(connectors)),
  flowKinds,
};
