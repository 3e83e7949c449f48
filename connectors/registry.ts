import * as systems from './systems.ts';
import type { Connector } from './connector.ts';

/**
 * Every connector, by type and in the order of their types. Settings are told apart by the connection's type alone: give a connector only what its own schema returned
 * (`config/connections.ts` sees to that).
 */
export const connectors: ReadonlyMap<string, Connector<object>> = new Map(
  Object.values<Connector<object>>(systems)
    .map((connector) => [connector.type, connector] as const)
    .sort(([one], [other]) => one.localeCompare(other, 'en')),
);

/** The connector of a type; undefined where there is none. */
export function connectorOf(type: string): Connector<object> | undefined {
  return connectors.get(type);
}
