/** Looks again and again, `everyMs` after each look, until stopped; `stop` waits for the look under way and rejects where one failed. */
export function watch(everyMs: number, look: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  const running = loop();
  running.catch(() => undefined);
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}
