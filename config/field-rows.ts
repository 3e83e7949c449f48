import { z } from 'zod';
import { isMapping, type Mapping } from './read/mapping.ts';
import { type AnySchema, wantsSecret } from './read/schema-walk.ts';

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['integer', 'whole number'],
  ['number', 'number'],
  ['boolean', 'true or false'],
  ['object', 'mapping'],
  ['null', 'null'],
]);

/** One line of the reference: a key and what it takes. */
export interface FieldRow {
  /** `retention.bodies`; `[]` stands for each entry of a list. */
  readonly path: string;
  readonly type: string;
  /** As text, `required`, or empty. */
  readonly default: string;
  readonly description: string;
  readonly example: string;
}

const SHOWN_DEFAULT_CHARACTERS = 60;

/** The keys that a mapping of this schema takes, in their order, those of mappings inside it right after their parent. */
export function fieldRows(schema: AnySchema): readonly FieldRow[] {
  const json: unknown = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (wantsSecret(zodSchema)) Object.assign(jsonSchema, jsonSchema.type === 'array' ? {} : { kind: 'secret' });
    },
  });
  return rowsOf(toMapping(json), '');
}

function rowsOf(json: Mapping, prefix: string): readonly FieldRow[] {
  const required = toList(json['required']);
  return Object.entries(toMapping(json['properties'])).flatMap(([key, raw]) => {
    const field = toMapping(raw);
    const path = `${prefix}${key}`;
    const row = {
      path,
      type: typeText(field),
      default: defaultText(field, required.includes(key)),
      description: toText(field['description']),
      example: toText(field['example']),
    };
    return [row, ...inside(field, path)];
  });
}

function inside(field: Mapping, path: string): readonly FieldRow[] {
  const options = [field, ...toList(field['anyOf']).map(toMapping)];
  return options.flatMap((option) => [...rowsOf(option, `${path}.`), ...rowsOf(toMapping(option['items']), `${path}[].`)]);
}

function typeText(field: Mapping): string {
  if (typeof field['kind'] === 'string') return field['kind'].replace(/^an? /, '');
  if (field['const'] !== undefined) return `\`${String(field['const'])}\``;
  const values = toList(field['enum']);
  if (values.length > 0) return values.map((value) => `\`${String(value)}\``).join(' or ');
  const options = toList(field['anyOf']).map((option) => typeText(toMapping(option)));
  if (options.length > 0) return [...new Set(options.filter((option) => option !== 'null'))].join(' or ');
  if (field['type'] === 'array') return `list of ${typeText(toMapping(field['items']))}`;
  return TYPE_WORDS.get(toText(field['type'])) ?? 'any';
}

function defaultText(field: Mapping, required: boolean): string {
  if (required) return 'required';
  const value = field['default'];
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text === '{}' || text === '[]') return '';
  return text.length > SHOWN_DEFAULT_CHARACTERS || text.includes('\n') ? 'a built-in text' : `\`${text}\``;
}

function toMapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
