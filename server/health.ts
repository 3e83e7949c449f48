import { Router } from 'express';
import { withTimeLimit } from './time-limit.ts';
import type { Stores } from './ports.ts';
import type { Recording } from './recording.ts';

/** Milliseconds for which a readiness answer is reused, so that asking often costs the store nothing. */
const REUSE_MS = 1_000;
const PROBE_MS = 1_000;

interface Readiness {
  readonly ready: boolean;
  readonly store: 'up' | 'down';
  readonly fallback: 'up' | 'down' | 'none' | 'unasked';
  readonly draining: boolean;
}

export interface HealthDeps {
  readonly stores: Stores;
  readonly recording: Recording;
  isDraining(): boolean;
  now(): number;
}

/** `GET /healthz`: the process lives. `GET /readyz`: 200 while the inbox can write or the fallback would take what comes. */
export function createHealth(deps: HealthDeps): Router {
  const router = Router({ strict: true, caseSensitive: true });
  let latest: { at: number; readiness: Promise<Readiness> } | undefined = undefined;

  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    if (!latest || deps.now() - latest.at >= REUSE_MS || deps.isDraining()) latest = { at: deps.now(), readiness: look(deps) };
    const readiness = await latest.readiness;
    response.status(readiness.ready ? 200 : 503).json(readiness);
  });
  return router;
}

async function look({ stores, recording, isDraining }: HealthDeps): Promise<Readiness> {
  const draining = isDraining();
  const store = !recording.isStoreDown() && (await succeeds(stores.probeStore())) ? 'up' : 'down';
  if (store === 'up') return { ready: !draining, store, fallback: stores.fallback ? 'unasked' : 'none', draining };
  if (!stores.fallback) return { ready: false, store, fallback: 'none', draining };
  const fallback = stores.probeFallback && (await succeeds(stores.probeFallback())) ? 'up' : 'down';
  return { ready: fallback === 'up' && !draining, store, fallback, draining };
}

function succeeds(probe: Promise<void>): Promise<boolean> {
  return withTimeLimit('probe', PROBE_MS, probe).then(
    () => true,
    () => false,
  );
}
