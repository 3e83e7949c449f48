import type { JsonObject } from '../model/json.ts';
import type { FlowKind } from '../flows/flow.ts';
import { type EventSource, rolesOf } from './catalog.ts';
import type { Trigger } from './config.ts';
import { suggest } from './read/nearest.ts';
import type { Finding, Path } from '../model/finding.ts';
import type { SourceFacts } from './when.ts';

/** What `on:` is held against. */
export interface TriggerSurroundings {
  readonly kind: FlowKind<string, JsonObject>;
  readonly connectors: ReadonlyMap<string, EventSource>;
  /** Where the trigger with this index stands. */
  pathOf(index: number): Path;
}

/** What `on:` means, with the facts that filters may use. */
export interface Triggers {
  readonly triggers: readonly Trigger[];
  readonly sources: readonly SourceFacts[];
  readonly findings: readonly Finding[];
}

/** Resolves `connection/topic` texts: the connection exists, it sends the topic, and the kind of flow understands it. */
export function resolveTriggers(on: readonly string[], around: TriggerSurroundings): Triggers {
  const resolved = on.map((text, index) => resolveTrigger(text, around.pathOf(index), on.indexOf(text) === index, around));
  return {
    triggers: resolved.flatMap((one) => one.triggers),
    sources: resolved.flatMap((one) => one.sources),
    findings: resolved.flatMap((one) => one.findings),
  };
}

function resolveTrigger(text: string, path: Path, first: boolean, around: TriggerSurroundings): Triggers {
  const slash = text.indexOf('/');
  const trigger = { connection: text.slice(0, slash), topic: text.slice(slash + 1) };
  const finding = first
    ? findWrong(trigger, path, around)
    : { path, expected: 'each event once', found: `${text} again`, hint: 'Remove it.' };
  if (finding !== undefined) return { triggers: [], sources: [], findings: [finding] };
  const topics = around.connectors.get(trigger.connection)?.receives?.topics ?? {};
  const topic = Object.hasOwn(topics, trigger.topic) ? topics[trigger.topic] : undefined;
  return { triggers: [trigger], sources: topic === undefined ? [] : [{ source: text, ...topic }], findings: [] };
}

function findWrong(trigger: Trigger, path: Path, around: TriggerSurroundings): Finding | undefined {
  const { kind, connectors } = around;
  const { connection, topic } = trigger;
  const connector = connectors.get(connection);
  if (connector === undefined)
    return {
      path,
      expected: 'the name of a connection before the slash',
      found: `${connection}, which is no connection`,
      hint: suggest(connection, [...connectors.keys()]),
    };
  const sent = Object.keys(connector.receives?.topics ?? {});
  if (sent.length === 0)
    return {
      path,
      expected: 'a connection that sends events',
      found: `${connection}, a ${connector.type} connection, which sends none`,
      hint: 'Name another connection.',
    };
  const understood = rolesOf(connector).flatMap((role) => (Object.hasOwn(kind.topics, role) ? (kind.topics[role] ?? []) : []));
  if (understood.length === 0) {
    const roles = Object.keys(kind.topics);
    return {
      path,
      expected: `an event of a ${roles.join(' or ')} connection: ${kind.name} understands no others`,
      found: `an event of ${connection}, a ${connector.type} connection`,
      hint: 'Name another connection, or do something else.',
    };
  }
  const usable = understood.filter((known) => sent.includes(known));
  if (usable.includes(topic)) return undefined;
  const found = sent.includes(topic)
    ? `${topic}, which ${kind.name} does not understand`
    : `${topic}, which ${connector.title} does not send`;
  return { path, expected: `a topic of ${connection} that ${kind.name} understands`, found, hint: suggest(topic, usable) };
}
