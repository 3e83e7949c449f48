// Names in package-lock.json the prebuilt packages of other platforms that npm left out.
// npm drops an optional package that the registry could not show it when the lockfile was made; `npm ci` then refuses the lockfile
// everywhere. What is added has its exact version and platform, but no checksum, since it was never seen. Run after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const LOCKFILE = 'package-lock.json';
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'arm'];

const lock = JSON.parse(readFileSync(LOCKFILE, 'utf8'));
const added = Object.values(lock.packages).flatMap((entry) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !isNamed(name))
    .map(([name, version]) => [`node_modules/${name}`, platformEntry(name, version, entry.dev === true)]),
);
lock.packages = Object.fromEntries([...Object.entries(lock.packages), ...added].sort(([a], [b]) => (a < b ? -1 : 1)));
if (added.length > 0) writeFileSync(LOCKFILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${LOCKFILE}: ${added.length} packages of other platforms added`);

/** @param {string} name */
function isNamed(name) {
  return Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`));
}

/** @param {string} name such as @swc/core-linux-x64-gnu @param {unknown} version @param {boolean} dev */
function platformEntry(name, version, dev) {
  const os = SYSTEMS.find((system) => name.includes(system));
  const cpu = PROCESSORS.find((processor) => name.includes(processor));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(String(version))) {
    throw new Error(`${LOCKFILE}: ${name}@${version} is missing, and its name does not say for which platform it is; add it by hand`);
  }
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), optional: true, os: [os], ...libc(name) };
}

/** @param {string} name */
function libc(name) {
  if (/-gnu$/.test(name)) return { libc: ['glibc'] };
  return /-musl$/.test(name) ? { libc: ['musl'] } : {};
}
