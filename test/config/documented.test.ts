import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isMap, parse, parseDocument } from 'yaml';
import { fieldRows } from '../../config/field-rows.ts';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { flowSection } from '../../config/sections/flow.ts';
import { PARTS, settingsSchema } from '../../config/settings.ts';
import { connectorOf } from '../../connectors/registry.ts';
import { flowSamples } from '../fixtures/flow-samples.ts';
import type { FieldRow } from '../../config/field-rows.ts';

/** Fits where a key of 32 bytes is wanted, and everywhere else. */
const ANY_SECRET = Buffer.alloc(32, 7).toString('base64');

/** A connection of each type, as its connector shows it. */
const CONNECTIONS: { readonly [type: string]: string } = Object.fromEntries(
  [...installed.connectors.keys()].map((type) => [type, connectorOf(type)?.example ?? '']),
);
/** A world in which every example can stand; a connection of each type, named as the type, is there too. */
const WORLD = `
helpdesk: { type: deskwoot, account: acc_1, token: env:A, webhookSecret: env:A }
connections:
  billing: { type: stripe, key: env:A, webhookSecrets: [env:A] }
  team: { type: slack, token: env:A, signingSecret: env:A }
${Object.entries(CONNECTIONS)
  .map(([type, example]) => `  ${type}: ${example}`)
  .join('\n')}
flows: []
`;
const BESIDE: { readonly [section: string]: string } = {
  temporal: '{ address: "localhost:7233" }',
  encryption: '{ key: env:A }',
  contactSync: '[{ name: customers, from: billing, every: 15m }]',
  knowledge: '[{ name: help, from: { portal: help }, to: { connection: team }, every: 1h }]',
};
const FLOWS = flowSamples;

/** Everything that is remarked about a configuration, all its secrets being there; a job of a later version is none of it. */
function remarks(text: string): readonly string[] {
  const env = Object.fromEntries([...text.matchAll(/env:([A-Za-z_0-9]+)/g)].map((match) => [match[1] ?? '', ANY_SECRET]));
  const readFile = (path: string): string => {
    if (path === 'deskbridge.yaml') return text;
    if (path.endsWith('.env')) throw new Error('no such file');
    return ANY_SECRET;
  };
  const loaded = loadConfig({ path: 'deskbridge.yaml', env, readFile }, installed);
  const found = loaded.ok ? loaded.warnings : [...loaded.problems, ...loaded.warnings];
  return found
    .filter(({ hint }) => !hint.startsWith('Not in this version yet'))
    .map(({ path, expected, found: what }) => `${path}: expected ${expected}, found ${what}`);
}

/** The world with a value at a place of it; `[]` in the path is the first entry of a list. */
function worldWith(base: string, path: readonly (string | number)[], value: unknown): string {
  const document = parseDocument(base);
  document.setIn(path, value);
  return document.toString();
}

function placeOf(path: string): readonly (string | number)[] {
  return path.split('.').flatMap((part) => (part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
}

const withExample = (rows: readonly FieldRow[]): readonly FieldRow[] => rows.filter((row) => row.example !== '');
const inTree = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(fileURLToPath(new URL('../../docs', import.meta.url))).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const settings = fieldRows(settingsSchema).filter((row) => !PARTS.some((part) => part === row.path));

describe('an example of the reference is accepted where it stands:', () => {
  it.each(withExample(settings).map((row) => [row.path, row.example]))('%s: %s', (path, example) => {
    const section = path.split(/[.[]/)[0] ?? '';
    const base = BESIDE[section] === undefined ? WORLD : `${WORLD}${section}: ${BESIDE[section]}\n`;
    expect(remarks(worldWith(base, placeOf(path), parse(example)))).toEqual([]);
  });

  it.each(
    [...installed.connectors.values()].flatMap(({ type, config }) =>
      withExample(fieldRows(config)).map((row) => [type, row.path, row.example] as const),
    ),
  )('%s, %s: %s', (type, path, example) => {
    const base = worldWith(WORLD, ['connections', 'one'], parse(CONNECTIONS[type] ?? ''));
    expect(remarks(worldWith(base, ['connections', 'one', ...placeOf(path)], parse(example)))).toEqual([]);
  });

  it.each(withExample(fieldRows(flowSection)).map((row) => [row.path, row.example]))('flows, %s: %s', (path, example) => {
    const base = worldWith(WORLD, ['flows', 0], parse(FLOWS['open-conversation'] ?? ''));
    expect(remarks(worldWith(base, ['flows', 0, ...placeOf(path)], parse(example)))).toEqual([]);
  });

  it.each(
    [...installed.flowKinds.values()].flatMap(({ name, options }) =>
      withExample(fieldRows(options)).map((row) => [name, row.path, row.example] as const),
    ),
  )('do: %s, %s: %s', (kind, path, example) => {
    const base = worldWith(WORLD, ['flows', 0], parse(FLOWS[kind] ?? ''));
    expect(remarks(worldWith(base, ['flows', 0, 'with', ...placeOf(path)], parse(example)))).toEqual([]);
  });

  it('and so are the own example of every connector and the sample of every kind of flow', () => {
    for (const [type, yaml] of Object.entries(CONNECTIONS))
      expect(remarks(worldWith(WORLD, ['connections', 'one'], parse(yaml))), type).toEqual([]);
    for (const [kind, yaml] of Object.entries(FLOWS)) expect(remarks(worldWith(WORLD, ['flows', 0], parse(yaml))), kind).toEqual([]);
    expect(Object.keys(FLOWS).sort()).toEqual([...installed.flowKinds.keys()].sort());
  });
});

describe('deskbridge.example.yaml', () => {
  const example = inTree('deskbridge.example.yaml');
  const jobs = example.indexOf('# Not in this version yet');
  const own = example.slice(0, jobs);
  const optional = [...own.matchAll(/^ *# ?( *)([a-z][A-Za-z]*):(?: .*)?$/gm)].map(([line]) => line);

  it('passes the check with all that stands in comments taken out of them', () => {
    expect(optional.map((line) => line.trim().replace(/^# */, ''))).toEqual(
      expect.arrayContaining([expect.stringContaining('address: '), expect.stringContaining('credit: ')]),
    );
    const whole = own.replaceAll(/^( *)# ?( *[a-z][A-Za-z]*:(?: .*)?)$/gm, '$1$2');
    expect(remarks(whole)).toEqual([]);
  });
});

describe('the documents', () => {
  it('name only settings that there are', () => {
    const known = new Set([...settings.map((row) => row.path), ...PARTS]);
    const sections = new Set(settings.map((row) => row.path.split('.')[0]));
    const named = DOCUMENTS.flatMap((name) =>
      [...inTree(name).matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z]+)+)`/g)].map((match) => [name, match[1] ?? ''] as const),
    ).filter(([, path]) => sections.has(path.split('.')[0] ?? ''));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(([, path]) => !known.has(path))).toEqual([]);
  });

  it('show no piece of a configuration that the check would refuse', () => {
    const pieces = DOCUMENTS.flatMap((name) => piecesOf(inTree(name)).map((piece) => [name, piece] as const));
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.flatMap(([name, piece]) => remarksOn(piece).map((remark) => `${name}: ${piece}: ${remark}`))).toEqual([]);
  });

  it('show a configuration for compose.yaml that passes the check', () => {
    const lines = /with\n((?:# {3}.*\n)+)/.exec(inTree('deploy/compose.yaml'))?.[1] ?? '';
    expect(lines).toContain('temporal:');
    expect(remarks(lines.replaceAll(/^# {3}/gm, ''))).toEqual([]);
  });
});

/** Blocks and spans of code that are YAML mappings whose keys are ours. */
function piecesOf(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```ya?ml\n([^]*?)^```/gm)].map((match) => match[1] ?? '');
  const prose = markdown.replaceAll(/^```[^]*?^```/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '').filter((span) => /^[a-zA-Z.]+: [^…]*$/.test(span));
  return [...blocks, ...spans].filter((piece) => keysOf(piece).length > 0);
}

const CONNECTION_KEYS = new Map(
  [...installed.connectors].map(([type, { config }]) => [type, new Set(fieldRows(config).map((row) => row.path))]),
);
const FLOW_KEYS = new Set(fieldRows(flowSection).map((row) => row.path));
const TOP_KEYS = new Set<string>([...settings.map((row) => row.path), ...PARTS]);

/** The keys of a piece, where it is a mapping all of whose keys are known somewhere in a configuration. */
function keysOf(piece: string): readonly string[] {
  const { contents } = parseDocument(piece);
  if (!isMap(contents)) return [];
  const keys = contents.items.map(({ key }) => String(key));
  return keys.every((key) => TOP_KEYS.has(key) || FLOW_KEYS.has(key) || [...CONNECTION_KEYS.values()].some((known) => known.has(key)))
    ? keys
    : [];
}

/** A piece may stand at the top, in a flow or in a connection: refused is what is refused in every place that has its keys. */
function remarksOn(piece: string): readonly string[] {
  const keys = keysOf(piece);
  const value: unknown = parse(piece);
  const entries = Object.entries(value ?? {});
  const kind = entries.find(([key]) => key === 'do')?.[1];
  const flow = FLOWS[typeof kind === 'string' ? kind : 'open-conversation'] ?? '{}';
  const at = (base: string, ...path: readonly (string | number)[]): string =>
    entries.reduce((text, [key, one]) => worldWith(text, [...path, key], one), base);
  const places = [
    ...(keys.every((key) => TOP_KEYS.has(key)) ? [at(WORLD)] : []),
    ...(keys.every((key) => FLOW_KEYS.has(key)) ? [at(worldWith(WORLD, ['flows', 0], parse(flow)), 'flows', 0)] : []),
    ...[...CONNECTION_KEYS]
      .filter(([, known]) => keys.every((key) => known.has(key)))
      .map(([type]) => at(worldWith(WORLD, ['connections', 'one'], parse(CONNECTIONS[type] ?? '{}')), 'connections', 'one')),
  ];
  const found = places.map(remarks);
  return found.some((one) => one.length === 0) ? [] : found.flat();
}
