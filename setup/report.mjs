// What set-up says while it works: one line a step, with its duration; nothing when there was nothing to do.

/** A failure that the person at the terminal can act on: shown without a stack. */
export class SetupError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'SetupError';
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}

/** @param {number} sinceMs @returns {string} seconds with one decimal */
export function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}

/**
 * Runs a step that has something to do, and says how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedMs = Date.now();
  say(`${title} …`);
  const result = await work();
  say(`${title}: done in ${seconds(startedMs)}`);
  return result;
}
