import type { Io } from '../../cli/terminal/io.ts';

/** A terminal that shows nothing and finds nothing: for looking at the program itself. */
export const silentIo: Io = {
  out: () => undefined,
  err: () => undefined,
  cwd: '.',
  interactive: false,
  now: () => 0,
  ask: () => Promise.resolve(''),
  readConfig: () => ({ ok: false, problems: [], warnings: [] }),
  findTemporalCli: () => Promise.resolve({ cli: null, tried: [], cached: '', given: false }),
  untilStopped: () => Promise.resolve(),
};
