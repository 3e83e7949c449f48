import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { breaches } from './budget.ts';
import { measureFile, measureFolder } from './measure.ts';
import type { FileShape, FolderShape } from './measure.ts';

const SKIPPED_FOLDERS = ['node_modules', 'dist', '.git', '.cache', '.deskbridge', 'coverage', 'fixtures', 'histories'];
const SOURCE_FILE = /\.(ts|mjs|cjs)$/;
const ARROWS = join('setup', 'arrows.mjs');

/** `npm run shape`: the project's shape against its budget (CONTRIBUTING, "Shape"); exit code 1 outside it. */
function main(root: string, flags: readonly string[]): number {
  const files = listFiles(root, root).map((path) => measureFile(relative(root, path), readFileSync(path, 'utf8')));
  const sources = files.filter((file) => !file.path.startsWith('test/'));
  const shape = { sources: measureFolder(sources), tests: measureFolder(files.filter((file) => file.path.startsWith('test/'))) };
  const arrows = flags.includes('--no-arrows') ? null : checkArrows(root);
  const broken = [...breaches(files, shape.sources), ...(arrows === null || arrows.ok ? [] : [`arrows: ${arrows.text}`])];
  if (flags.includes('--json')) console.log(JSON.stringify({ ...shape, arrows, breaches: broken }, null, 2));
  else console.log(toText(shape, arrows?.text ?? null, sources, broken));
  return broken.length === 0 ? 0 : 1;
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.includes(entry.name) ? [] : listFiles(root, path);
    return SOURCE_FILE.test(entry.name) && !entry.name.includes('.d.') ? [path] : [];
  });
}

function checkArrows(root: string): { ok: boolean; text: string } {
  const run = spawnSync(process.execPath, [ARROWS], {
    cwd: root,
    encoding: 'utf8',
  });
  return { ok: run.status === 0, text: `${run.stdout}${run.stderr}`.trim() };
}

function toText(
  shape: { sources: FolderShape; tests: FolderShape },
  arrows: string | null,
  sources: readonly FileShape[],
  broken: readonly string[],
): string {
  const line = (name: string, of: FolderShape): string =>
    `${name.padEnd(8)} ${of.files} files, ${of.lines} lines; median ${of.median}, p95 ${of.p95}, longest ${of.longest.lines} (${of.longest.path}); any/kloc ${of.anyPerKloc}`;
  const longest = sources.flatMap((file) => file.functions).sort((a, b) => b.lines - a.lines)[0];
  return [
    line('source', shape.sources),
    line('test', shape.tests),
    `longest function: ${longest === undefined ? 'none' : `${longest.name}, ${longest.lines} lines (${longest.path}:${longest.line})`}`,
    ...(arrows === null ? [] : [arrows]),
    ...(broken.length === 0 ? ['within the budget'] : ['outside the budget:', ...broken.map((text) => `  ${text}`)]),
  ].join('\n');
}

process.exitCode = main(process.cwd(), process.argv.slice(2));
