/** Something took longer than it may. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';
}

/** The promise's outcome, or TimeLimitExceeded after `ms`. A late outcome is dropped, a late rejection too. */
export async function withTimeLimit<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined = undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    // While this thread was busy the answer may have come and lie in the socket: it is read before `setImmediate` has its turn.
    timer = setTimeout(() => setImmediate(() => reject(new TimeLimitExceeded(`${what}: no answer within ${ms} ms`))), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
