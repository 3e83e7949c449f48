import type { InboundEvent } from '../connectors/connector.ts';
import type { FlowConfig } from './config.ts';
import { passes } from './when.ts';

/** One delivery that an event causes. */
export interface Route {
  readonly flow: string;
  /** What the flow orders by; null: the delivery is a key of its own. */
  readonly key: string | null;
  /** The live lane. */
  readonly lane: 0;
}

/** Which flows want an event. Pure. */
export type Router = (connection: string, event: Pick<InboundEvent, 'topic' | 'record' | 'facts'>) => readonly Route[];

/** Builds the router of a configuration; flows keep the order of the file. Paused flows are routed too: their deliveries wait. */
export function createRouter(config: { readonly flows: readonly FlowConfig[] }): Router {
  const byConnection = new Map<string, Map<string, FlowConfig[]>>();
  for (const flow of config.flows) {
    for (const { connection, topic } of flow.on) {
      const byTopic = byConnection.get(connection) ?? new Map<string, FlowConfig[]>();
      byConnection.set(connection, byTopic.set(topic, [...(byTopic.get(topic) ?? []), flow]));
    }
  }
  return (connection, event) => {
    const flows = byConnection.get(connection)?.get(event.topic) ?? [];
    return flows
      .filter((flow) => passes(flow.when, event.facts))
      .map((flow) => ({ flow: flow.name, key: flow.order === 'record' ? keyOf(flow, event) : null, lane: 0 }));
  };
}

function keyOf({ orderBy }: FlowConfig, { record, facts }: Pick<InboundEvent, 'record' | 'facts'>): string | null {
  const fact = orderBy === undefined ? null : (facts[orderBy] ?? null);
  return fact === null ? record : `${orderBy}:${fact}`;
}
