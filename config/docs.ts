import { z } from 'zod';
import type { TopicFacts } from '../connectors/connector.ts';
import type { Catalog } from './catalog.ts';
import { sendersOf, typesWithRole } from './catalog.ts';
import { type FieldRow, fieldRows } from './field-rows.ts';
import { flowSection } from './sections/flow.ts';
import { PARTS, settingsSchema } from './settings.ts';

const INTRODUCTION = `# Configuration

<!-- Generated from the schemas in config/, connectors/, flows/ and jobs/. Do not edit: run \`npm run docs\`. -->

One file, \`deskbridge.yaml\` (YAML 1.2); every command takes another one with \`--config\`. \`deskbridge check\` reads it and reports every
problem at once, with its line, what was expected, what was found and what to do. \`deskbridge.example.yaml\` is a complete example.

**Secrets stand outside the file.** A field of the type *secret* takes a reference and nothing else:

- \`env:NAME\`: an environment variable. Unset and empty are the same: a problem.
- \`file:path\`: a file, relative to the folder of the configuration file. One newline at its end is taken off.

White space around a secret is kept, with a warning. Fields of other types may use references too.

**\`.env\`**: where a file \`.env\` stands beside the configuration file, its lines \`KEY=VALUE\` are read too; the real environment wins. Blank
lines and lines that start with \`#\` are skipped, \`export \` before the key is allowed, one pair of quotes around the value is taken off,
nothing is expanded.

**Strict values**: booleans are \`true\` and \`false\`, without quotes. Durations are a whole number and one of \`ms s m h d\`; sizes a whole
number and one of \`B kB MB GB\` (decimal) or \`KiB MiB GiB\` (binary); percentages end in \`%\`. Ids that look like numbers are best put in
quotes. Names of connections and flows are lower-case letters, digits and hyphens, start with a letter and have at most 40 characters.
Unknown keys are problems.`;

const FILTERS = `A filter names facts of the event; all conditions must hold. A fact that is missing or null passes only \`exists: false\`. Facts are checked
against those of the topic, and values against their types, before anything starts. A filter on a fact that an event *may* have leaves out
the events that lack it, with a warning; \`exists: true\` beside the condition says that this is meant. Amounts are as the sender gives
them: Stripe's are in the currency's smallest unit (1000 is 10.00 USD).

| condition | passes where the fact is |
|---|---|
| \`field: value\` | equal to it |
| \`field: [a, b]\` | one of these |
| \`field: { not: value }\`, \`field: { not: [a, b] }\` | there, and none of these |
| \`field: { gt: 1 }\`, \`gte\`, \`lt\`, \`lte\` | a number above, at least, below, at most; several may be combined |
| \`field: { exists: true }\` | there and not null |`;

/** The reference of the configuration, as Markdown: what stands in docs/configuration.md. */
export function configurationDocs<Settings>(catalog: Catalog<Settings>): string {
  const settings = fieldRows(settingsSchema).filter((row) => !PARTS.some((part) => row.path === part));
  const connectors = [...catalog.connectors.values()];
  const helpdesks = typesWithRole(catalog.connectors, 'helpdesk')
    .map((type) => `\`${type}\``)
    .join(' or ');
  const parts = [
    INTRODUCTION,
    `## Sections\n\n${table(settings)}`,
    `## Connections\n\nEach entry of \`connections\` is a name and a mapping with a \`type\`. \`helpdesk\`, at the top of the file, is a connection of that name whose type\nis ${helpdesks}. Webhooks of a connection come to \`/webhooks/<name>\`. A connection that cannot verify its webhooks refuses to start.`,
    ...connectors.map(
      (connector) =>
        `### ${connector.title} (\`type: ${connector.type}\`)\n\n${table(fieldRows(connector.config))}${topics(connector.receives?.topics ?? {})}`,
    ),
    `## Flows\n\nEach entry of the list \`flows\`:\n\n${table(fieldRows(flowSection))}`,
    `### Filters (\`when\`)\n\n${FILTERS}`,
    ...[...catalog.flowKinds.values()].map(
      (kind) =>
        `### \`do: ${kind.name}\`\n\n${kind.summary} ${orderText(kind)}\n\n${table(fieldRows(kind.options))}\n\nUnderstands: ${understood(kind.topics, catalog)}.`,
    ),
    ...[...catalog.jobs.values()].map(
      ({ name, summary, section }) => `## ${name}\n\n${summary}\n\n${table(fieldRows(z.object({ [name]: section })))}`,
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function table(rows: readonly FieldRow[]): string {
  const lines = rows.map(
    (row) => `| \`${row.path}\` | ${cell(row.type)} | ${cell(row.default)} | ${cell(row.description)} | ${code(row.example)} |`,
  );
  return ['| key | type | default | meaning | example |', '|---|---|---|---|---|', ...lines].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function topics(known: { readonly [topic: string]: TopicFacts }): string {
  const entries = Object.entries(known);
  if (entries.length === 0) return '';
  const lines = entries.map(([topic, { facts, maybe = {} }]) => `| \`${topic}\` | ${factList(facts)} | ${factList(maybe)} |`);
  return ['', '', '| topic | facts it is sure to have | facts it may have |', '|---|---|---|', ...lines].join('\n');
}

function factList(facts: TopicFacts['facts']): string {
  return Object.entries(facts)
    .map(([field, type]) => `\`${field}\` (${type})`)
    .join(', ');
}

function orderText(kind: { readonly order: 'record' | 'none'; readonly orderBy?: string }): string {
  if (kind.order === 'none') return 'Events are handled independently of each other.';
  return kind.orderBy === undefined
    ? 'Events of one record are handled one after another.'
    : `Events with one \`${kind.orderBy}\` are handled one after another; without it, those of one record.`;
}

function understood<Settings>(known: { readonly [role: string]: readonly string[] }, { connectors }: Catalog<Settings>): string {
  return Object.entries(known)
    .map(([role, names]) => `${sendersOf(connectors, role, names).join(', ')} (${names.map((name) => `\`${name}\``).join(', ')})`)
    .join('; ');
}
