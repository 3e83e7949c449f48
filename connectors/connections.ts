import { chatwootCalls } from './chatwoot/call/access.ts';
import { createChatwootClient } from './chatwoot/ports/helpdesk.ts';
import { deskwootCalls } from './deskwoot/call/access.ts';
import { createDeskwootClient } from './deskwoot/ports/helpdesk.ts';
import { createHttpClient } from './call/http-client.ts';
import { slackCalls } from './slack/call/access.ts';
import { createSlackClient } from './slack/ports/chat.ts';
import { modeOf, stripeCalls } from './stripe/call/access.ts';
import { createStripeClient } from './stripe/ports/billing.ts';
import { StepError } from '../model/step-failure.ts';
import type { Connections } from './ports/ports.ts';
import type { BillingClient } from './ports/billing.ts';
import type { OnLeftOut } from './call/caller.ts';
import type { ChatClient, Lack } from './ports/chat.ts';
import type { HelpdeskClient } from './ports/helpdesk.ts';
import type { VendorHttp } from './call/http-client.ts';
import type { CallOutcome, HttpClient } from './call/http.ts';
import type { ConnectorSettings } from './registry.ts';

/** A configured connection, as far as a client needs it. */
export interface ConfiguredConnection {
  readonly name: string;
  readonly settings: ConnectorSettings;
}

/** Told how each call ended; must not throw. */
export type OnOutcome = (connection: string, outcome: CallOutcome) => void;

/** The clients of all connections, and the cheap read that tells whether one works. */
export interface BoundConnections extends Connections {
  /** Those that can be called. */
  readonly names: readonly string[];
  /** undefined: no such connection, or nothing to probe it with. */
  probe(name: string): Promise<void> | undefined;
  /** What the connection's token may not do of what flows need, where the system tells; undefined: it doesn't. */
  lacks(name: string): Promise<readonly Lack[]> | undefined;
}

type Bound =
  | { readonly role: 'helpdesk'; readonly client: HelpdeskClient }
  | { readonly role: 'billing'; readonly client: BillingClient }
  | { readonly role: 'chat'; readonly client: ChatClient };

/** What connections tell of their calls; neither may throw. */
export interface CallWatch {
  /** A list had items that could not be read. */
  readonly onLeftOut?: OnLeftOut;
  /** How each call ended. */
  readonly onOutcome?: OnOutcome;
}

/** Binds a client to every connection that flows can call; connections that only receive have none. */
export function bindConnections(configured: readonly ConfiguredConnection[], watch: CallWatch = {}): BoundConnections {
  const bound = new Map<string, Bound>();
  for (const connection of configured) {
    const client = bind(connection, watch);
    if (client !== null) bound.set(connection.name, client);
  }
  return {
    names: [...bound.keys()],
    helpdesk(name) {
      const found = bound.get(name);
      if (found?.role !== 'helpdesk') throw unknownConnection(name, 'a helpdesk');
      return found.client;
    },
    billing(name) {
      const found = bound.get(name);
      if (found?.role !== 'billing') throw unknownConnection(name, 'a billing system');
      return found.client;
    },
    chat(name) {
      const found = bound.get(name);
      if (found?.role !== 'chat') throw unknownConnection(name, 'a team chat');
      return found.client;
    },
    probe: (name) =>
      bound
        .get(name)
        ?.client.probe()
        .then(() => undefined),
    lacks(name) {
      const found = bound.get(name);
      return found?.role === 'chat' ? found.client.lacks() : undefined;
    },
  };
}

function bind({ name, settings }: ConfiguredConnection, { onLeftOut, onOutcome }: CallWatch): Bound | null {
  const told = onLeftOut === undefined ? {} : { onLeftOut };
  const watched = onOutcome === undefined ? {} : { onOutcome: (outcome: CallOutcome) => onOutcome(name, outcome) };
  const http = (calls: VendorHttp): HttpClient =>
    createHttpClient({ connection: name, baseUrl: settings.baseUrl ?? '', ...calls, ...watched });
  switch (settings.type) {
    case 'deskwoot': {
      const { account, baseUrl, token } = settings;
      return {
        role: 'helpdesk',
        client: createDeskwootClient({ ...told, http: http(deskwootCalls(token)), connection: name, account, uiBaseUrl: baseUrl }),
      };
    }
    case 'chatwoot': {
      const { account, baseUrl, token } = settings;
      return {
        role: 'helpdesk',
        client: createChatwootClient({ ...told, http: http(chatwootCalls(token)), connection: name, account, uiBaseUrl: baseUrl }),
      };
    }
    case 'stripe':
      return {
        role: 'billing',
        client: createStripeClient({ http: http(stripeCalls(settings.key)), connection: name, mode: modeOf(settings.key) }),
      };
    case 'slack':
      return { role: 'chat', client: createSlackClient({ ...told, http: http(slackCalls(settings.token)), connection: name }) };
    default:
      return null;
  }
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
