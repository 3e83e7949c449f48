import { createDispatching } from './dispatching.ts';
import { keepTrying } from './keep-trying.ts';
import type { Dispatching, DispatchingOptions } from './dispatching.ts';

/** What beginning takes. */
export interface LateDispatchingOptions extends DispatchingOptions {
  /** Brings the store's tables up to date; may be repeated. Left out: they are. */
  readonly prepareStore?: (() => Promise<unknown>) | undefined;
  now(): number;
}

/** Dispatching that begins when the store answers. */
export interface LateDispatching extends Dispatching {
  /** Whether the store's tables are up to date: before, nothing should be written to it. */
  isPrepared(): boolean;
  /** Resolves when dispatching has begun; never where it is stopped before. */
  readonly begun: Promise<void>;
  /** Resolves after the first try, whatever came of it. */
  readonly firstTry: Promise<void>;
}

/** Prepares the store and begins to dispatch, as soon as the store lets it: whoever starts this need not wait. */
export function beginDispatching(options: LateDispatchingOptions): LateDispatching {
  const { log } = options;
  const stopping = new AbortController();
  const [begun, firstTry] = [createMilestone(), createMilestone()];
  const startedMs = options.now();
  let dispatching: Dispatching | null = null;
  let prepared = options.prepareStore === undefined;

  const begin = async (): Promise<void> => {
    if (!prepared) await options.prepareStore?.();
    prepared = true;
    dispatching = await createDispatching(options);
  };
  const failing = 'the store does not answer, or its tables cannot be brought up to date: events go to Temporal, nothing is handed over';
  const beginning = keepTrying(begin, { failing, signal: stopping.signal, log, onFailed: firstTry.reach }).then(() => {
    firstTry.reach();
    if (dispatching === null) return;
    log.info({ flows: options.flows.length }, 'the store answers: dispatching has begun');
    begun.reach();
  });
  return {
    begun: begun.reached,
    firstTry: firstTry.reached,
    isPrepared: () => prepared,
    wake: () => dispatching?.wake(),
    turns: () => dispatching?.turns() ?? { dispatcher: startedMs, reaper: startedMs },
    async stop() {
      stopping.abort();
      await beginning;
      await dispatching?.stop();
    },
  };
}

function createMilestone(): { readonly reached: Promise<void>; reach(): void } {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { reached, reach: () => reach() };
}
