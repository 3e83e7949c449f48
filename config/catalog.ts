import type { z } from 'zod';
import type { TopicFacts } from '../connectors/connector.ts';
import type { JsonObject } from '../model/json.ts';
import type { FlowKind } from '../flows/flow.ts';

/** The connector types that can be the connection `helpdesk`. */
export const HELPDESK_TYPES = ['deskwoot', 'chatwoot'] as const;

/** What flows are told of a connector. */
export interface EventSource {
  readonly type: string;
  readonly title: string;
  readonly inbound?: { readonly topics: { readonly [topic: string]: TopicFacts } };
}

/** What the configuration needs to know of a connector. */
export interface ConnectorEntry<Settings> extends EventSource {
  readonly config: z.ZodType<Settings>;
  readonly inbound?: InboundEntry<Settings>;
}

/** What the configuration needs to know of a connector's receiving half. */
export interface InboundEntry<Settings> {
  ready(settings: Settings): string | null;
  warnings?(settings: Settings): readonly string[];
  readonly topics: { readonly [topic: string]: TopicFacts };
}

/** What can be configured: connectors by type and kinds of flow by name. `Settings` is the union of the connectors' settings. */
export interface Catalog<Settings> {
  readonly connectors: ReadonlyMap<string, ConnectorEntry<Settings>>;
  readonly flowKinds: ReadonlyMap<string, FlowKind<string, JsonObject>>;
}
