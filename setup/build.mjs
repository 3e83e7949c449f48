// dist/: compiled sources, the files beside them that are not TypeScript, and the workflow bundle. Done again only when a source changed.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { capture, foreground } from './process.mjs';
import { SetupError, step } from './report.mjs';

const CONFIG_FILES = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'setup/bundle-workflows.mjs'];

/**
 * @param {string} root the project's folder
 * @returns {Promise<boolean>} whether something was built
 */
export async function ensureBuild(root) {
  const sources = listSources(root);
  const stampPath = join(root, 'dist', '.build-stamp.json');
  const stamp = { hash: hashFiles(root, [...sources, ...CONFIG_FILES]), sources };
  const before = readStamp(stampPath);
  if (before?.hash === stamp.hash) return false;
  // A file that is gone must not live on in dist/.
  if (before?.sources.some((file) => !sources.includes(file))) rmSync(join(root, 'dist'), { recursive: true, force: true });
  await step('build', () => build(root, sources));
  writeFileSync(stampPath, JSON.stringify(stamp));
  return true;
}

/** @param {string} root @param {readonly string[]} sources */
async function build(root, sources) {
  rmSync(join(root, 'dist', '.build-stamp.json'), { force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiled = await capture(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--pretty', 'false'], { cwd: root });
  if (compiled.code !== 0) throw new SetupError(`build: TypeScript does not compile:\n${compiled.output.trim()}`);
  for (const file of sources.filter((name) => !name.endsWith('.ts'))) copyAsset(root, file);
  if (!existsSync(join(root, 'workflows', 'index.ts'))) return;
  const code = await foreground(process.execPath, [join(root, 'setup', 'bundle-workflows.mjs')], { cwd: root });
  if (code !== 0)
    throw new SetupError('build: the workflow bundle failed (its message is above); workflows may import no node:*, zod or connectors');
}

/** @param {string} root @param {string} file */
function copyAsset(root, file) {
  const target = join(root, 'dist', file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, file), target);
}

/** @param {string} root @returns {string[]} the files of every room that is built, relative, sorted: rooms hold TypeScript, and tsconfig.build.json names those left out */
function listSources(root) {
  /** @type {readonly string[]} */
  const leftOut = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8')).exclude;
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const rooms = folders.filter(({ name }) => !leftOut.includes(name)).map(({ name }) => listFiles(join(root, name)));
  return rooms
    .filter((files) => files.some((path) => path.endsWith('.ts')))
    .flat()
    .map((path) => relative(root, path))
    .sort();
}

/** @param {string} folder @returns {string[]} */
function listFiles(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** @param {string} root @param {readonly string[]} files */
function hashFiles(root, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    if (!existsSync(join(root, file))) continue;
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} path @returns {{ hash: string; sources: string[] } | null} */
function readStamp(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
