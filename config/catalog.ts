import type { z } from 'zod';
import type { TopicFacts } from '../connectors/connector.ts';
import type { Job } from '../jobs/job.ts';
import type { JsonObject } from '../model/json.ts';
import type { FlowKind } from '../flows/flow.ts';

/** What flows are told of a connector. */
export interface EventSource {
  readonly type: string;
  readonly title: string;
  readonly receives?: { readonly topics: { readonly [topic: string]: TopicFacts } };
  /** Its roles are the keys of `ports`. */
  readonly calls?: { readonly ports: object };
}

/** What the configuration needs to know of a connector. */
export interface ConnectorEntry<Settings> extends EventSource {
  readonly config: z.ZodType<Settings>;
  readonly receives?: InboundEntry<Settings>;
}

/** What the configuration needs to know of a connector's receiving half. */
export interface InboundEntry<Settings> {
  refusal(settings: Settings): string | null;
  warnings?(settings: Settings): readonly string[];
  readonly topics: { readonly [topic: string]: TopicFacts };
}

/** What can be configured: connectors by type, kinds of flow and jobs by name. */
export interface Catalog<Settings> {
  readonly connectors: ReadonlyMap<string, ConnectorEntry<Settings>>;
  readonly flowKinds: ReadonlyMap<string, FlowKind<string, JsonObject>>;
  /** Scheduled jobs, by the key of their list in the file. */
  readonly jobs: ReadonlyMap<string, JobEntry>;
}

/** What the configuration needs to know of a job. */
export type JobEntry = Pick<Job<object>, 'name' | 'summary' | 'section' | 'check'>;

/** The roles that a connector's system has. */
export function rolesOf(connector: EventSource): readonly string[] {
  return Object.keys(connector.calls?.ports ?? {});
}

/** The types whose systems have this role. */
export function typesWithRole(connectors: ReadonlyMap<string, EventSource>, role: string): readonly string[] {
  return [...connectors].filter(([, connector]) => rolesOf(connector).includes(role)).map(([type]) => type);
}

/** The types whose systems have this role and send at least one of these topics. */
export function sendersOf(connectors: ReadonlyMap<string, EventSource>, role: string, topics: readonly string[]): readonly string[] {
  return typesWithRole(connectors, role).filter((type) => {
    const sent = connectors.get(type)?.receives?.topics ?? {};
    return topics.some((topic) => Object.hasOwn(sent, topic));
  });
}
