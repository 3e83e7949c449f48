import { dirname, join } from 'node:path';
import type { Catalog } from '../catalog.ts';
import type { Loaded } from '../config.ts';
import { readConnections } from '../connections.ts';
import { describeValue } from './describe-value.ts';
import { readDotEnv } from './dot-env.ts';
import { readFlows } from '../flows.ts';
import { readJobs } from '../jobs.ts';
import { deepFreeze } from './freeze.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { parsePart } from './parse-part.ts';
import { formatPath, type Problem } from './problem.ts';
import type { Finding } from '../../model/finding.ts';
import { refuseEmbedded } from '../production.ts';
import type { ReferenceSource } from './references.ts';
import { PARTS, type Settings, settingsSchema } from '../settings.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** Where a configuration is read from; nothing else is looked at. */
export interface ConfigSource {
  /** The configuration file, as problems name it. */
  readonly path: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** The file's text; throws an error with `code` ENOENT where there is none. */
  readFile(path: string): string;
  /** Refuse embedded parts unless they are allowed by name. Default: whether NODE_ENV is `production`. */
  readonly production?: boolean;
}

/**
 * Reads a configuration: YAML, `.env` beside it, references, schemas, cross checks. All problems are reported at once, in the order of
 * the file; never throws for what is in the files.
 */
export function loadConfig<ConnectionSettings>(source: ConfigSource, catalog: Catalog<ConnectionSettings>): Loaded<ConnectionSettings> {
  const text = readText(source, source.path);
  if (text === undefined) return refused([unreadable(source.path)]);
  const yaml = readYaml(text);
  const toProblem = placer(source.path, yaml);
  const yamlProblems = yaml.errors.map((error) => yamlProblem(source.path, error));
  const file = yaml.value ?? {};
  if (yaml.value === undefined && yamlProblems.length > 0) return refused(yamlProblems);
  if (!isMapping(file))
    return refused([
      ...yamlProblems,
      toProblem({ path: [], expected: 'a mapping of sections', found: describeValue(file), hint: 'See deskbridge.example.yaml.' }),
    ]);
  const dotEnv = readVariables(source);
  const references: ReferenceSource = { path: source.path, variable: dotEnv.variable, readFile: (path) => source.readFile(path) };
  const settings = readSettings(withoutJobs(file, catalog), references, source.production ?? dotEnv.variable('NODE_ENV') === 'production');
  const connections = readConnections(file, catalog, references);
  const flows = readFlows(file['flows'], {
    kinds: catalog.flowKinds,
    connectors: connections.connectors,
    catalogue: catalog.connectors,
    source: references,
  });
  const jobs = readJobs(file, { jobs: catalog.jobs, connectors: connections.connectors, source: references });
  const parts = [settings, connections, flows, jobs];
  const warnings = inOrder(parts.flatMap((part) => part.warnings).map(toProblem));
  const problems = [...yamlProblems, ...dotEnv.problems, ...inOrder(parts.flatMap((part) => part.findings).map(toProblem))];
  if (problems.length > 0 || settings.value === undefined) return { ok: false, problems, warnings };
  const config = { ...settings.value, connections: connections.connections, flows: flows.flows, jobs: jobs.jobs };
  return { ok: true, config: deepFreeze(config), warnings };
}

/** Jobs read their own lists. */
function withoutJobs<ConnectionSettings>(file: Mapping, { jobs }: Catalog<ConnectionSettings>): Mapping {
  return Object.fromEntries(Object.entries(file).filter(([key]) => !jobs.has(key)));
}

function readSettings(
  file: Mapping,
  references: ReferenceSource,
  production: boolean,
): { readonly value: Settings | undefined; readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] } {
  const own = Object.entries(file).filter(([key, value]) => !PARTS.some((part) => part === key) && value !== null);
  const parsed = parsePart(Object.fromEntries(own), settingsSchema, [], references);
  if (parsed.value === undefined) return { ...parsed, value: undefined };
  const { helpdesk: _helpdesk, connections: _connections, flows: _flows, ...settings } = parsed.value;
  const later = (['contactSync', 'knowledge'] as const).filter((key) => settings[key].length > 0);
  const notYet = later.map((key) => ({
    path: [key],
    atKey: true,
    expected: 'nothing here: this version does not run it',
    found: `a list of ${settings[key].length}`,
    hint: 'Not in this version yet. Remove the section, or put a # before its lines.',
  }));
  return { value: settings, findings: [...notYet, ...(production ? refuseEmbedded(settings) : [])], warnings: parsed.warnings };
}

function readVariables(source: ConfigSource): {
  readonly variable: (name: string) => string | undefined;
  readonly problems: readonly Problem[];
} {
  const path = join(dirname(source.path), '.env');
  const dotEnv = readDotEnv(readText(source, path) ?? '');
  const expected = 'KEY=VALUE, a comment or a blank line';
  const problems = dotEnv.badLines.map((line) => ({
    file: path,
    path: '',
    line,
    column: 1,
    expected,
    found: 'something else (not shown)',
    hint: 'See .env.example.',
  }));
  const variable = (name: string): string | undefined =>
    Object.hasOwn(source.env, name) && source.env[name] !== undefined ? source.env[name] : dotEnv.variables.get(name);
  return { variable, problems };
}

function readText(source: ConfigSource, path: string): string | undefined {
  try {
    return source.readFile(path);
  } catch {
    return undefined;
  }
}

function placer(file: string, yaml: YamlSource): (finding: Finding) => Problem {
  return ({ path, atKey = false, expected, found, hint }) => ({
    file,
    path: formatPath(path),
    ...yaml.place(path, atKey),
    expected,
    found,
    hint,
  });
}

function yamlProblem(file: string, error: YamlSource['errors'][number]): Problem {
  const hint = error.duplicateKey
    ? 'Remove one of the two: the earlier would be ignored.'
    : 'Check the indentation, brackets and quotes here and in the line before.';
  const { line, column } = error;
  return {
    file,
    path: '',
    line,
    column,
    expected: error.duplicateKey ? 'each key once' : 'YAML 1.2',
    found: error.duplicateKey ? 'a key that is there already' : error.message,
    hint,
  };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function unreadable(path: string): Problem {
  return {
    file: path,
    path: '',
    line: 1,
    column: 1,
    expected: 'a configuration file',
    found: 'no file that can be read',
    hint: 'Copy deskbridge.example.yaml to deskbridge.yaml, or name another file with --config.',
  };
}

function refused(problems: readonly Problem[]): {
  readonly ok: false;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
} {
  return { ok: false, problems, warnings: [] };
}
