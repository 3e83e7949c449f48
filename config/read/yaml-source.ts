import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import type { Path } from '../../model/finding.ts';

const MAX_ALIASES = 50;

/** A place in a file, 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that YAML itself does not allow. */
export interface YamlError extends Place {
  readonly message: string;
  readonly duplicateKey: boolean;
}

/** A parsed YAML file whose values remember where they stand. */
export interface YamlSource {
  readonly errors: readonly YamlError[];
  /** Plain values; undefined where the file could not be parsed at all. */
  readonly value: unknown;
  /** The place of the value (or of its key) at a path; of the nearest parent where there is none. */
  place(path: Path, atKey?: boolean): Place;
}

/** Parses YAML 1.2 (core schema: only `true` and `false` are booleans). Duplicate keys are errors, but the rest is still readable. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core', uniqueKeys: true });
  const errors = document.errors.map((error) => ({
    ...toPlace(lines, error.pos[0]),
    message: error.message,
    duplicateKey: error.code === 'DUPLICATE_KEY',
  }));
  const place = (path: Path, atKey = false): Place => toPlace(lines, offsetOf(document, path, atKey));
  if (errors.some((error) => !error.duplicateKey)) return { errors, value: undefined, place };
  try {
    return { errors, value: document.toJS({ maxAliasCount: MAX_ALIASES }), place };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unreadable';
    return { errors: [...errors, { line: 1, column: 1, message, duplicateKey: false }], value: undefined, place };
  }
}

function toPlace(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, path: Path, atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const pair = pairOf(node, part);
    const child = pair === undefined ? itemOf(node, part) : pair.value;
    if (pair === undefined && child === undefined) return offset;
    const wantKey = atKey && depth === path.length - 1;
    offset = (wantKey ? undefined : startOf(child)) ?? startOf(pair?.key) ?? offset;
    node = child;
  }
  return offset;
}

function pairOf(node: unknown, key: string | number): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function itemOf(node: unknown, index: string | number): unknown {
  return isSeq(node) && typeof index === 'number' ? node.items[index] : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
