/** The other side said nothing for as long as it may. */
export class Silence extends Error {
  override readonly name = 'Silence';
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`no answer within ${afterMs} ms`);
    this.afterMs = afterMs;
  }
}

/** The answer, or Silence after `limitMs`. What comes later is dropped, a late rejection too. */
export function unlessSilent<T>(answer: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // While this thread was busy the answer may have come and lie in the socket: it is read before `setImmediate` has its turn.
    const timer = setTimeout(() => setImmediate(() => reject(new Silence(limitMs))), limitMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
