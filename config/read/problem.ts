import { isShowable } from './describe-value.ts';
import type { Path } from '../../model/finding.ts';

/** One thing that is wrong with the configuration, or (as a warning) probably not meant. Never holds a secret. */
export interface Problem {
  /** The file it is in, as it was named on the command line. */
  readonly file: string;
  /** `flows[0].with.channel`; empty for the file as a whole. */
  readonly path: string;
  /** 1-based; 1:1 where no better place is known. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  /** What to do. */
  readonly hint: string;
}

/** A path as people write it: `flows[0].with.channel`, with odd keys in quotes, and keys that look like credentials left out. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => text + formatPart(part, text === ''), '');
}

/** Whether `path` is `ancestor` or below it. */
export function isWithin(path: Path, ancestor: Path): boolean {
  return ancestor.every((part, index) => path[index] === part);
}

function formatPart(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`;
  if (!isShowable(part)) return '[…]';
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
  return first ? part : `.${part}`;
}
