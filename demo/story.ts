/** Tells what happens, a line at a time, each with the seconds since the start. */
export interface Story {
  tell(line: string): void;
  /** A line that belongs to the one before. */
  add(line: string): void;
  /** A heading. */
  scene(title: string): void;
}

const STAMP_WIDTH = 7;

/** Makes a story that is written to `write`; silent once `stopped`. */
export function createStory(write: (text: string) => void, stopped: AbortSignal): Story {
  const startedAt = Date.now();
  const line = (text: string): void => {
    if (!stopped.aborted) write(`${text}\n`);
  };
  return {
    tell: (text) => line(`${`${((Date.now() - startedAt) / 1000).toFixed(1)} s`.padStart(STAMP_WIDTH)}  ${text}`),
    add: (text) => line(`${' '.repeat(STAMP_WIDTH)}  ${text}`),
    scene: (title) => line(`\n${title}`),
  };
}
