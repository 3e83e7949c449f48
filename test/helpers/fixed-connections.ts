import type { Connections, PortName, Ports } from '../../connectors/ports/ports.ts';

/** Connections of which each name has the same ports; asking for another is a fault of the test. */
export function fixedConnections(ports: Partial<Ports> = {}): Connections {
  return {
    open<P extends PortName>(port: P): Ports[P] {
      const found: Ports[P] | undefined = ports[port];
      if (found === undefined) throw new Error(`the test has no connection with the role ${port}`);
      return found;
    },
  };
}
