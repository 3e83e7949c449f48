import { type Catalog, type ConnectorEntry, typesWithRole } from './catalog.ts';
import type { ConnectionConfig } from './config.ts';
import { describeValue } from './read/describe-value.ts';
import { isMapping, type Mapping } from './read/mapping.ts';
import { NAME_PATTERN, NAME_RULE } from '../model/fields/names.ts';
import { suggest } from './read/nearest.ts';
import { parsePart } from './read/parse-part.ts';
import type { Finding, Path } from '../model/finding.ts';
import type { ReferenceSource } from './read/references.ts';

const HELPDESK = 'helpdesk';

/** The connections that could be read, the types of all that were named, and what is wrong. */
export interface ReadConnections<Settings> {
  readonly connections: readonly ConnectionConfig<Settings>[];
  /** Connection → connector, also of connections with other problems, so that flows are not blamed for them. */
  readonly connectors: ReadonlyMap<string, ConnectorEntry<Settings>>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

interface ReadConnection<Settings> {
  readonly name: string;
  readonly connector?: ConnectorEntry<Settings>;
  readonly connection?: ConnectionConfig<Settings>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Reads `helpdesk:` and `connections:`, each held against the schema of its connector. */
export function readConnections<Settings>(file: Mapping, catalog: Catalog<Settings>, source: ReferenceSource): ReadConnections<Settings> {
  const listed = file['connections'] ?? {};
  const misshapen = isMapping(listed)
    ? []
    : [
        {
          path: ['connections'],
          expected: 'a mapping of names to connections',
          found: describeValue(listed),
          hint: 'Write `name: { type: … }` for each connection.',
        },
      ];
  const helpdesk = file[HELPDESK] === undefined ? [] : [readConnection(HELPDESK, file[HELPDESK], [HELPDESK], catalog, source)];
  const others = isMapping(listed) ? Object.entries(listed).map(([name, raw]) => readListed(name, raw, catalog, source)) : [];
  const read = [...helpdesk, ...others];
  return {
    connections: read.flatMap((one) => one.connection ?? []),
    connectors: new Map(read.flatMap((one) => (one.connector === undefined ? [] : [[one.name, one.connector] as const]))),
    findings: [...misshapen, ...read.flatMap((one) => one.findings)],
    warnings: read.flatMap((one) => one.warnings),
  };
}

function readListed<Settings>(name: string, raw: unknown, catalog: Catalog<Settings>, source: ReferenceSource): ReadConnection<Settings> {
  const path = ['connections', name];
  if (name === HELPDESK) {
    const finding = {
      path,
      atKey: true,
      expected: 'another name',
      found: 'a connection named helpdesk',
      hint: 'The helpdesk stands at the top of the file, under `helpdesk:`.',
    };
    return { name, findings: [finding], warnings: [] };
  }
  const read = readConnection(name, raw, path, catalog, source);
  if (NAME_PATTERN.test(name)) return read;
  const finding = {
    path,
    atKey: true,
    expected: NAME_RULE,
    found: `the name ${JSON.stringify(name)}`,
    hint: 'The name becomes part of the webhook address /webhooks/<name>.',
  };
  return { ...read, findings: [finding, ...read.findings] };
}

function readConnection<Settings>(
  name: string,
  raw: unknown,
  path: Path,
  catalog: Catalog<Settings>,
  source: ReferenceSource,
): ReadConnection<Settings> {
  const types = name === HELPDESK ? typesWithRole(catalog.connectors, HELPDESK) : [...catalog.connectors.keys()];
  const type = isMapping(raw) ? raw['type'] : undefined;
  const connector = typeof type === 'string' && types.some((known) => known === type) ? catalog.connectors.get(type) : undefined;
  if (connector === undefined) return { name, findings: [typeFinding(raw, type, types, path)], warnings: [] };
  const parsed = parsePart(raw, connector.config, path, source);
  if (parsed.value === undefined) return { name, connector, findings: parsed.findings, warnings: parsed.warnings };
  const refusal = connector.receives?.refusal(parsed.value) ?? null;
  const findings =
    refusal === null
      ? []
      : [
          {
            path,
            expected: 'what it takes to verify incoming webhooks',
            found: refusal,
            hint: `Add the secret by reference (env:NAME or file:path); see ${connector.title} in docs/configuration.md.`,
          },
        ];
  const remarks = connector.receives?.warnings?.(parsed.value) ?? [];
  const warnings = remarks.map((remark) => ({ path, expected: 'nothing to remark', found: remark, hint: 'Check that it is meant so.' }));
  return {
    name,
    connector,
    connection: { name, type: connector.type, settings: parsed.value },
    findings,
    warnings: [...parsed.warnings, ...warnings],
  };
}

function typeFinding(raw: unknown, type: unknown, types: readonly string[], path: Path): Finding {
  if (!isMapping(raw))
    return {
      path,
      expected: 'a connection: a mapping with a `type`',
      found: describeValue(raw),
      hint: `Known types: ${types.join(', ')}.`,
    };
  return {
    path: [...path, 'type'],
    expected: `one of ${types.join(', ')}`,
    found: describeValue(type),
    hint: suggest(typeof type === 'string' ? type : '', types),
  };
}
