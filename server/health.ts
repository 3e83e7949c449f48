import { Router } from 'express';
import { shareReading } from './shared-reading.ts';
import type { Stores } from './ports.ts';
import type { Recording } from './recording.ts';

/** Milliseconds between two looks at the store. */
const LOOK_EVERY_MS = 2_000;
const PROBE_MS = 1_000;

/** What `/readyz` says. */
export interface Readiness {
  readonly ready: boolean;
  readonly store: 'up' | 'down' | 'unasked';
  readonly fallback: 'up' | 'down' | 'none' | 'unasked';
  readonly draining: boolean;
}

/** Knows whether events can be taken, without asking anybody when it is asked. */
export interface Watch {
  read(): Readiness;
  stop(): void;
}

/** What the watch looks at. */
export interface WatchDeps {
  readonly stores: Stores;
  readonly recording: Recording;
  isDraining(): boolean;
}

/** `GET /healthz`: the process lives. `GET /readyz`: 200 while the inbox can write or the fallback would take what comes. Both cost nothing. */
export function createHealth(read: () => Readiness): Router {
  const router = Router({ strict: true, caseSensitive: true });
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', (_request, response) => {
    const readiness = read();
    response.status(readiness.ready ? 200 : 503).json(readiness);
  });
  return router;
}

/**
 * Looks at the store every two seconds, and at the fallback while the store is down. What requests find out counts at once; until the
 * fallback was looked at it is given the benefit of the doubt, for an outage begins with it taking what comes.
 */
export function createWatch({ stores, recording, isDraining }: WatchDeps): Watch {
  const probeStore = probing(() => stores.probeStore());
  const probeFallback = probing(() => stores.probeFallback?.() ?? Promise.reject(new Error('nothing tells whether the fallback is there')));
  let store: Readiness['store'] = 'unasked';
  let fallback: Readiness['fallback'] = stores.fallback ? 'unasked' : 'none';
  let timer: NodeJS.Timeout | undefined = undefined;
  let stopped = false;

  const look = async (): Promise<void> => {
    store = !recording.isStoreDown() && (await probeStore()) ? 'up' : 'down';
    if (stores.fallback) fallback = store === 'up' ? 'unasked' : (await probeFallback()) ? 'up' : 'down';
  };
  const round = async (): Promise<void> => {
    await look();
    if (stopped) return;
    timer = setTimeout(() => void round(), LOOK_EVERY_MS);
    timer.unref();
  };
  void round();

  return {
    read() {
      if (recording.isStoreDown()) store = 'down';
      const draining = isDraining();
      const takes = store === 'up' || (store === 'down' && (fallback === 'up' || fallback === 'unasked'));
      return { ready: takes && !draining, store, fallback, draining };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Whether a probe succeeds; one that hangs is not joined by another at each look. */
function probing(probe: () => Promise<void>): () => Promise<boolean> {
  const look = shareReading(probe, { what: 'probe', keptMs: 0, withinMs: PROBE_MS, clock: () => performance.now() });
  return () =>
    look().then(
      () => true,
      () => false,
    );
}
