import { createHttpClient } from './call/http-client.ts';
import { PORT_TITLES } from './ports/ports.ts';
import { connectorOf } from './registry.ts';
import { StepError } from '../model/step-failure.ts';
import type { OnLeftOut } from './call/caller.ts';
import type { CallOutcome } from './call/http.ts';
import type { At, Outbound } from './connector.ts';
import type { Lack } from './ports/chat.ts';
import type { Connections, PortName, Ports } from './ports/ports.ts';

/** A configured connection, as far as calling it needs it. `settings`: as the connector of its type read them. */
export interface ConfiguredConnection {
  readonly name: string;
  readonly type: string;
  readonly settings: object;
}

/** Told how each call ended; must not throw. */
export type OnOutcome = (connection: string, outcome: CallOutcome) => void;

/** What connections tell of their calls; neither may throw. */
export interface CallWatch {
  /** A list had items that could not be read. */
  readonly onLeftOut?: OnLeftOut;
  /** How each call ended. */
  readonly onOutcome?: OnOutcome;
}

/** What all connections can be asked, and the cheap read that tells whether one works. */
export interface BoundConnections extends Connections {
  /** Those that can be called. */
  readonly names: readonly string[];
  /** undefined: no such connection, or nothing to probe it with. */
  probe(name: string): Promise<void> | undefined;
  /** What the connection's token may not do of what flows need, where the system tells; undefined: it doesn't. */
  lacks(name: string): Promise<readonly Lack[]> | undefined;
}

interface Bound {
  open<P extends PortName>(port: P): Ports[P] | undefined;
  probe(): Promise<void>;
  lacks(): Promise<readonly Lack[]> | undefined;
}

/** Binds every connection that can be called to its system; connections that only receive have nothing to be asked. */
export function bindConnections(configured: readonly ConfiguredConnection[], watch: CallWatch = {}): BoundConnections {
  const bound = new Map<string, Bound>();
  for (const connection of configured) {
    const calls = connectorOf(connection.type)?.calls;
    if (calls !== undefined) bound.set(connection.name, bind(connection, calls, watch));
  }
  return {
    names: [...bound.keys()],
    open(port, name) {
      const client = bound.get(name)?.open(port);
      if (client === undefined) throw unknownConnection(name, PORT_TITLES[port]);
      return client;
    },
    probe: (name) => bound.get(name)?.probe(),
    lacks: (name) => bound.get(name)?.lacks(),
  };
}

/** What a port remembers, such as names of inboxes, it remembers for as long as the connection is bound: each is opened once. */
function bind({ name, settings }: ConfiguredConnection, calls: Outbound<object>, { onLeftOut, onOutcome }: CallWatch): Bound {
  const http = createHttpClient({
    connection: name,
    baseUrl: calls.origin(settings),
    headers: () => calls.headers(settings),
    explain: (refused) => calls.explain?.(refused) ?? null,
    ...(calls.requestIdHeader === undefined ? {} : { requestIdHeader: calls.requestIdHeader }),
    ...(onOutcome === undefined ? {} : { onOutcome: (outcome: CallOutcome) => onOutcome(name, outcome) }),
  });
  const at: At<object> = { connection: name, settings, http, ...(onLeftOut === undefined ? {} : { onLeftOut }) };
  const opened: Partial<Ports> = {};
  const open = <P extends PortName>(port: P): Ports[P] | undefined => {
    const known: Ports[P] | undefined = opened[port];
    if (known !== undefined) return known;
    const made = calls.ports[port]?.open(at);
    if (made !== undefined) Object.assign(opened, { [port]: made });
    return made;
  };
  return { open, probe: () => calls.probe(at), lacks: () => calls.lacks?.(at) };
}

function unknownConnection(name: string, wanted: string): StepError {
  return new StepError({
    code: 'unknown_connection',
    kind: 'attention',
    message: `The configuration has no connection ${name} that is ${wanted}.`,
    hint: 'Correct the flow or the connection in deskbridge.yaml, restart the worker, then retry.',
    step: 'connection',
    connection: name,
    retryAfterMs: null,
  });
}
