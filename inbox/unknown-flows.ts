import { listWaitingFlows } from '../store/inbox/flow-queue.ts';
import { createWake } from './wake.ts';
import type { Queryable } from '../store/driver/database.ts';

const EVERY_MS = 60_000;
/** After a look that failed: otherwise one lost connection would hide for a minute what waits. */
const AGAIN_MS = 2000;

/** What the watch works with. */
export interface UnknownFlowsDeps {
  readonly db: Queryable;
  /** The configured flows. */
  readonly known: readonly string[];
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly everyMs?: number;
  readonly againMs?: number;
}

/**
 * Says in the log which flows deliveries wait for that this configuration does not have: once for each, and again when they are gone. It
 * changes nothing: another replica may know the flow, and whether it was removed for good only an operator can say.
 */
export function watchUnknownFlows({ db, known, log, everyMs = EVERY_MS, againMs = AGAIN_MS }: UnknownFlowsDeps): { stop(): Promise<void> } {
  const wake = createWake();
  const configured = new Set(known);
  let told: ReadonlySet<string> = new Set();
  let stopped = false;
  const look = async (): Promise<void> => {
    const unknown = new Set((await listWaitingFlows(db)).filter((flow) => !configured.has(flow)));
    for (const flow of unknown)
      if (!told.has(flow))
        log.warn(
          { flow },
          `deliveries wait for the flow ${flow}, which this configuration does not have: give every process the newest one, or skip what waits with deskbridge flows remove ${flow}`,
        );
    for (const flow of told) if (!unknown.has(flow)) log.info({ flow }, `nothing waits any more for the unknown flow ${flow}`);
    told = unknown;
  };
  const loop = async (): Promise<void> => {
    while (!stopped) {
      // A store that is away is told by the dispatcher, which asks far more often.
      const nextMs = await look().then(
        () => everyMs,
        () => againMs,
      );
      await wake.sleep(nextMs);
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      wake.wake();
      await running;
    },
  };
}
