/** Holds back what passes through it while it is shut. */
export interface Gate {
  pass(): Promise<void>;
  shut(shut: boolean): void;
}

/** An open gate. */
export function createGate(): Gate {
  let waiting: (() => void)[] | null = null;
  return {
    pass: () => {
      const queue = waiting;
      return queue === null ? Promise.resolve() : new Promise((resolve) => queue.push(resolve));
    },
    shut(shut) {
      const released = waiting ?? [];
      if (shut) waiting ??= [];
      else {
        waiting = null;
        for (const resolve of released) resolve();
      }
    },
  };
}
