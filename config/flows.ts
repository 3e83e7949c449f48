import type { JsonObject } from '../model/json.ts';
import type { FlowCheckContext, FlowKind } from '../flows/flow.ts';
import { type EventSource, rolesOf, typesWithRole } from './catalog.ts';
import type { FlowConfig } from './config.ts';
import { describeValue } from './read/describe-value.ts';
import { isMapping } from './read/mapping.ts';
import { suggest } from './read/nearest.ts';
import { parsePart } from './read/parse-part.ts';
import type { Finding, Path } from '../model/finding.ts';
import type { ReferenceSource } from './read/references.ts';
import { flowSection } from './sections/flow.ts';
import { resolveTriggers } from './triggers.ts';
import { compileFilter } from './when.ts';

/** What flows are held against. */
export interface FlowSurroundings {
  readonly kinds: ReadonlyMap<string, FlowKind<string, JsonObject>>;
  /** The configured connections' connectors, by connection name. */
  readonly connectors: ReadonlyMap<string, EventSource>;
  /** All that could be configured, by type. */
  readonly catalogue: ReadonlyMap<string, EventSource>;
  readonly source: ReferenceSource;
}

/** The flows that could be read, and what is wrong. */
export interface ReadFlows {
  readonly flows: readonly FlowConfig[];
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Reads `flows:`: their shape, their options, their events, their filters, and each kind's own checks. */
export function readFlows(raw: unknown, around: FlowSurroundings): ReadFlows {
  if (raw === undefined || raw === null) return { flows: [], findings: [], warnings: [] };
  if (!Array.isArray(raw)) {
    const finding = {
      path: ['flows'],
      expected: 'a list of flows',
      found: describeValue(raw),
      hint: 'Write each flow as `- { name: …, on: …, do: … }`.',
    };
    return { flows: [], findings: [finding], warnings: [] };
  }
  const items: readonly unknown[] = raw;
  const read = items.map((item, index) => readFlow(item, ['flows', index], around));
  return {
    flows: read.flatMap((one) => one.flows),
    findings: [...read.flatMap((one) => one.findings), ...duplicates(items)],
    warnings: read.flatMap((one) => one.warnings),
  };
}

function readFlow(raw: unknown, path: Path, around: FlowSurroundings): ReadFlows {
  const name = isMapping(raw) ? raw['do'] : undefined;
  const kind = typeof name === 'string' ? around.kinds.get(name) : undefined;
  if (kind === undefined) return readUnknownKind(raw, name, path, around);
  const schema = flowSection.extend({ with: kind.options });
  const filled = isMapping(raw) && (raw['with'] === undefined || raw['with'] === null) ? { ...raw, with: {} } : raw;
  const parsed = parsePart(filled, schema, path, around.source);
  if (parsed.value === undefined) return { flows: [], findings: parsed.findings, warnings: parsed.warnings };
  const flow = parsed.value;
  const listed = isMapping(raw) && Array.isArray(raw['on']);
  const triggers = resolveTriggers(flow.on, {
    kind,
    connectors: around.connectors,
    pathOf: (index) => (listed ? [...path, 'on', index] : [...path, 'on']),
  });
  const filter = compileFilter(flow.when, triggers.sources, [...path, 'when']);
  const findings = [...triggers.findings, ...filter.findings, ...kindFindings(kind, flow.with, path, around)];
  const { credit = null, paused } = flow;
  const { order, orderBy, coalesce } = kind;
  const senders = kind.asksSender ? triggers.triggers.map(({ connection }) => connection) : [];
  const connections = [...new Set([...kind.connections(flow.with), ...senders])];
  const config = {
    name: flow.name,
    on: triggers.triggers,
    do: kind.name,
    options: flow.with,
    when: filter.filter,
    credit,
    paused,
    order,
    ...(orderBy === undefined ? {} : { orderBy }),
    coalesce,
    connections,
  };
  return { flows: [config], findings, warnings: [...parsed.warnings, ...filter.warnings] };
}

function readUnknownKind(raw: unknown, name: unknown, path: Path, around: FlowSurroundings): ReadFlows {
  const names = [...around.kinds.keys()];
  const parsed = parsePart(raw, flowSection, path, around.source);
  const known = parsed.findings.some((finding) => finding.path.at(-1) === 'do' && finding.path.length === path.length + 1);
  const unknown = {
    path: [...path, 'do'],
    expected: `one of ${names.join(', ')}`,
    found: describeValue(name),
    hint: suggest(typeof name === 'string' ? name : '', names),
  };
  return { flows: [], findings: known || !isMapping(raw) ? parsed.findings : [...parsed.findings, unknown], warnings: parsed.warnings };
}

/** What a kind's check may ask about connections. */
function contextOf({ connectors, catalogue }: FlowSurroundings): FlowCheckContext {
  return {
    connection: (name) => {
      const connector = connectors.get(name);
      return connector === undefined ? undefined : { type: connector.type, roles: rolesOf(connector) };
    },
    typesWith: (role) => typesWithRole(catalogue, role),
  };
}

function kindFindings(kind: FlowKind<string, JsonObject>, options: JsonObject, path: Path, around: FlowSurroundings): readonly Finding[] {
  const problems = kind.check(options, contextOf(around));
  return problems.map((problem) => ({ ...problem, path: [...path, 'with', ...problem.path] }));
}

function duplicates(items: readonly unknown[]): readonly Finding[] {
  const names = items.map((item) => (isMapping(item) ? item['name'] : undefined));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (typeof name !== 'string' || first === index) return [];
    return [
      {
        path: ['flows', index, 'name'],
        expected: 'a name that no other flow has',
        found: `${describeValue(name)}, the name of flows[${first}] too`,
        hint: 'Rename one of them: a name stands for one queue.',
      },
    ];
  });
}
