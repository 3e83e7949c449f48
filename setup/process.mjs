// Child processes: never through a shell, so that a path with spaces is only a path.
import { spawn } from 'node:child_process';

const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const SIGNAL_EXIT_BASE = 128;
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a program and keeps what it says.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number; output: string }>} code 127 where the program could not be started
 */
export function capture(file, args, options = {}) {
  const { timeoutMs, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: exitCode(code, signal), output }));
  });
}

/**
 * Runs a program in the foreground: its output is ours, signals go on to it, and its exit code comes back.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function foreground(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { stdio: 'inherit', ...options });
    /** @type {Map<NodeJS.Signals, () => void>} */
    const handlers = new Map(FORWARDED_SIGNALS.map((signal) => [signal, () => forward(child, signal)]));
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const settle = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code, signal) => {
      settle();
      resolve(exitCode(code, signal));
    });
  });
}

/**
 * Makes a signal end this process by `exit`, whose listeners clean up, until the returned function is called.
 * @returns {() => void}
 */
export function exitOnSignal() {
  /** @type {Map<NodeJS.Signals, () => void>} */
  const handlers = new Map(FORWARDED_SIGNALS.map((signal) => [signal, () => process.exit(exitCode(null, signal))]));
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/** The program that runs npm, also where npm is a script that only a shell could start. @returns {{ file: string; args: string[] }} */
export function npmProgram(env = process.env) {
  const script = env['npm_execpath'];
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script)) return { file: process.execPath, args: [script] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function forward(child, signal) {
  // A terminal sends SIGINT to the whole process group: the child has it already, and a second one would cut its shutdown short.
  if (signal === 'SIGINT' && process.stdin.isTTY) return;
  child.kill(signal);
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function exitCode(code, signal) {
  if (code !== null) return code;
  return SIGNAL_EXIT_BASE + (SIGNAL_NUMBERS[/** @type {keyof typeof SIGNAL_NUMBERS} */ (signal)] ?? 0);
}
