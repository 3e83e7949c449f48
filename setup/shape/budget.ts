import type { FileShape, FolderShape } from './measure.ts';

const SOURCE_MEDIAN_LINES = 90;
const SOURCE_P95_LINES = 250;
const FUNCTION_LINES = 40;

/** The longest a file may be; the first pattern that matches counts. */
const FILE_CAPS: readonly { readonly path: RegExp; readonly lines: number; readonly what: string }[] = [
  { path: /^test\//, lines: 500, what: 'a test file' },
  { path: /^workflows\/(?!contract\.ts)/, lines: 120, what: 'a workflow file' },
  { path: /^connectors\/[^/]+\/index\.ts$/, lines: 80, what: "a connector's index" },
  { path: /^cli\/(deliveries|events|flows|connections|system)\//, lines: 80, what: 'a CLI command' },
  { path: /./, lines: 400, what: 'a source file' },
];

/** What is outside the budget, a sentence each; empty: all is within it. */
export function breaches(files: readonly FileShape[], sources: FolderShape): string[] {
  const folder = [
    { what: 'median', lines: sources.median, cap: SOURCE_MEDIAN_LINES },
    { what: '95th percentile', lines: sources.p95, cap: SOURCE_P95_LINES },
  ];
  return [
    ...folder.filter((part) => part.lines > part.cap).map((part) => `source files: ${part.what} ${part.lines} lines, at most ${part.cap}`),
    ...files.flatMap(fileBreaches),
    ...files.filter((file) => !file.path.startsWith('test/')).flatMap(functionBreaches),
  ];
}

function fileBreaches(file: FileShape): string[] {
  const cap = FILE_CAPS.find((entry) => entry.path.test(file.path));
  if (cap === undefined || file.lines <= cap.lines) return [];
  return [`${file.path}: ${file.lines} lines, ${cap.what} has at most ${cap.lines}`];
}

function functionBreaches(file: FileShape): string[] {
  const long = file.functions.filter((entry) => entry.lines > FUNCTION_LINES);
  return long.map((entry) => `${file.path}:${entry.line}: ${entry.name} has ${entry.lines} lines of its own, at most ${FUNCTION_LINES}`);
}
