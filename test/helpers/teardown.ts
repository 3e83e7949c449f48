import { afterAll } from 'vitest';

/** Closes a suite's parts after its tests, the last first, each even where another fails or set-up broke off half-way. Call it in `describe`. */
export function teardown(): (close: () => Promise<unknown>) => void {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    const failures: unknown[] = [];
    for (const close of closers.reverse()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} parts could not be closed.`);
  });
  return (close) => void closers.push(close);
}
