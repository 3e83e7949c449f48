import ts from 'typescript';

const ANY = /: any\b|\bas any\b|<any>|\bany\[\]/g;
const LINES_PER_KLOC = 1_000;

export interface FunctionShape {
  readonly path: string;
  readonly name: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Its lines without those of functions inside it, which are counted on their own. */
  readonly lines: number;
}

export interface FileShape {
  readonly path: string;
  readonly lines: number;
  readonly anys: number;
  readonly functions: readonly FunctionShape[];
}

/** Lines per file over many files. */
export interface FolderShape {
  readonly files: number;
  readonly lines: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: { readonly path: string; readonly lines: number };
  /** Uses of `any` per thousand lines, one decimal. */
  readonly anyPerKloc: number;
}

/** Measures one file's text. */
export function measureFile(path: string, text: string): FileShape {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  return { path, lines: text.trimEnd().split('\n').length, anys: text.match(ANY)?.length ?? 0, functions: measureFunctions(path, tree) };
}

/** Sums up files; zeros where there are none. */
export function measureFolder(files: readonly FileShape[]): FolderShape {
  const sorted = [...files].sort((a, b) => a.lines - b.lines);
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const anys = files.reduce((sum, file) => sum + file.anys, 0);
  const longest = sorted.at(-1);
  return {
    files: files.length,
    lines,
    median: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    longest: { path: longest?.path ?? '', lines: longest?.lines ?? 0 },
    anyPerKloc: lines === 0 ? 0 : Math.round((anys * LINES_PER_KLOC * 10) / lines) / 10,
  };
}

function percentile(sorted: readonly FileShape[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]?.lines ?? 0;
}

function measureFunctions(path: string, tree: ts.SourceFile): FunctionShape[] {
  const found: FunctionShape[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) found.push(measureFunction(path, tree, node));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function measureFunction(path: string, tree: ts.SourceFile, node: ts.SignatureDeclaration): FunctionShape {
  const [first, last] = lineRange(tree, node);
  const inner = new Set<number>();
  const visit = (child: ts.Node): void => {
    if (!isFunction(child)) return ts.forEachChild(child, visit);
    const [from, to] = lineRange(tree, child);
    // A function within one line shares it with its surroundings.
    for (let line = from + 1; line <= to; line += 1) inner.add(line);
  };
  ts.forEachChild(node, visit);
  return { path, name: functionName(node), line: first + 1, lines: last - first + 1 - inner.size };
}

function isFunction(node: ts.Node): node is ts.SignatureDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node)
  );
}

function functionName(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  return ts.isConstructorDeclaration(node) ? 'constructor' : 'a function without a name';
}

function lineRange(tree: ts.SourceFile, node: ts.Node): [number, number] {
  const lineOf = (position: number): number => tree.getLineAndCharacterOfPosition(position).line;
  return [lineOf(node.getStart(tree)), lineOf(node.getEnd())];
}
