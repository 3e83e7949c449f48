// Dependencies: `npm ci` when what is installed is not what the lockfile says, and only then.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreground, npmProgram } from './process.mjs';
import { SetupError, step } from './report.mjs';

/**
 * @param {string} root the project's folder
 * @returns {Promise<boolean>} whether something was installed
 */
export async function ensureDependencies(root) {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stampPath = join(root, 'node_modules', '.deskbridge-stamp');
  const stamp = `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}`;
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return false;
  if (isInstalled(root, lockfile)) {
    writeFileSync(stampPath, stamp);
    return false;
  }
  await step('dependencies: npm ci', () => install(root));
  writeFileSync(stampPath, stamp);
  return true;
}

/** Whether npm's own record of node_modules has every package of the lockfile, at its version. @param {string} root @param {string} lockfile */
function isInstalled(root, lockfile) {
  const recordPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const recorded = JSON.parse(readFileSync(recordPath, 'utf8')).packages ?? {};
  const wanted = Object.entries(JSON.parse(lockfile).packages ?? {});
  return wanted.every(([path, entry]) => path === '' || entry.optional === true || recorded[path]?.version === entry.version);
}

/** @param {string} root */
async function install(root) {
  const npm = npmProgram();
  // Nothing we use needs an install script: native parts come as prebuilt optional packages.
  const code = await foreground(npm.file, [...npm.args, 'ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) {
    throw new SetupError(
      `dependencies: npm ci ended with code ${code} (its message is above). Check that the npm registry can be reached ` +
        '(npm config get registry; npm ping), then run the same command again.',
    );
  }
}
