/** Lets a loop sleep until it is woken or a time has passed; a wake that comes while it works is not lost. */
export interface Wake {
  /** Ends the present sleep, or the next one at once. */
  wake(): void;
  sleep(ms: number): Promise<void>;
}

/** Makes a {@link Wake}. */
export function createWake(): Wake {
  let pending = false;
  let end: (() => void) | null = null;
  return {
    wake() {
      pending = true;
      end?.();
    },
    async sleep(ms) {
      if (!pending) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      end = null;
      pending = false;
    },
  };
}
