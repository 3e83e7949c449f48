/** Notes what must be closed again. */
export type Defer = (close: () => Promise<unknown>) => void;

/** Runs the work; whatever it noted is closed afterwards, the last first, also where it failed half-way. */
export async function withClosing(work: (defer: Defer) => Promise<void>): Promise<void> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    await work((close) => closers.push(close));
  } finally {
    for (const close of closers.reverse()) await close().catch(() => undefined);
  }
}

/** Makes an action that is done once, however often it is asked for. */
export function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= action());
}

/** Starts something when `ready` resolves; where it is stopped before, never. */
export function startAfter(ready: Promise<unknown>, start: () => { stop(): Promise<void> }): { stop(): Promise<void> } {
  let started: { stop(): Promise<void> } | null = null;
  let stopped = false;
  void ready.then(() => {
    if (!stopped) started = start();
  });
  return {
    async stop() {
      stopped = true;
      await started?.stop();
    },
  };
}
