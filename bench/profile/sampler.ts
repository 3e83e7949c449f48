import { Session } from 'node:inspector/promises';
import { toParts } from './parts.ts';

const EVERY_US = 500;

/** V8's sampling profiler in this process; see nodejs.org/api/inspector.html. */
export interface Sampler {
  start(): Promise<void>;
  /** Microseconds since the start, by part of the program. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** A sampler of the main thread; other threads are not seen. */
export function createSampler(): Sampler {
  const session = new Session();
  return {
    async start() {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: EVERY_US });
      await session.post('Profiler.start');
    },
    async stop() {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return toParts(profile);
    },
  };
}
