/** Resolves with the name of the first SIGINT or SIGTERM; a second one ends the process at once. Call it before anybody hears that the process runs. */
export function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      for (const name of SIGNALS) process.off(name, onSignal).once(name, () => process.exit(FORCED));
      resolve(signal);
    };
    for (const name of SIGNALS) process.on(name, onSignal);
  });
}

/** How long to stay at the door: whoever presses Ctrl-C sits there and waits, and no load balancer is in front. */
export function lameDuckAfter(signal: NodeJS.Signals, configuredMs: number): number {
  return signal === 'SIGINT' ? 0 : configuredMs;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** What a shell shows for a process that SIGINT ended. */
const FORCED = 130;
