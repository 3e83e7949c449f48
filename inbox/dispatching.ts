import { skipRemovedFlow } from '../store/change-delivery.ts';
import { registerNeeds } from '../store/flow-gate.ts';
import { pauseFlow, setCredit } from '../store/gate.ts';
import { listQueues } from '../store/query-queues.ts';
import { startDispatcher } from './dispatcher.ts';
import { startReaper } from './reaper.ts';
import { INBOX_CHANNEL } from './recorder.ts';
import type { Database } from '../store/database.ts';
import type { Way } from './dispatcher.ts';
import type { WorkflowStarter } from './starter.ts';

const CHUNK = 500;
const LANES_OF_A_FLOW = [0, 1] as const;

/** A configured flow, as its queue needs it. */
export interface FlowQueue {
  readonly name: string;
  readonly coalesce: boolean;
  /** Groups under way at most; null: the default. */
  readonly credit: number | null;
  readonly paused: boolean;
  /** The connections that it calls, whose closed gates hold its queue; left out: not known here. */
  readonly connections?: readonly string[];
}

/** What dispatching takes. */
export interface DispatchingOptions {
  readonly db: Database;
  readonly starter: WorkflowStarter;
  readonly owner: string;
  readonly flows: readonly FlowQueue[];
  /** See `DispatcherDeps`. */
  readonly only?: Way | undefined;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Dispatcher, reaper and the wake-up hints of other replicas, as one thing to start and stop. */
export async function createDispatching(options: DispatchingOptions): Promise<{ wake(): void; stop(): Promise<void> }> {
  const { db, starter, owner, flows, log } = options;
  await applyFlows(db, flows);
  const coalesce = flows.filter((flow) => flow.coalesce).map((flow) => flow.name);
  const dispatcher = startDispatcher({ db, starter, owner, coalesce, log, only: options.only });
  const reaper = startReaper({ db, starter, log, onReleased: () => dispatcher.wake() });
  const unlisten = await db.listen(INBOX_CHANNEL, () => dispatcher.wake());
  return {
    wake: () => dispatcher.wake(),
    async stop() {
      await unlisten().catch(() => undefined);
      await reaper.stop();
      await dispatcher.stop();
    },
  };
}

/** Brings the queues in line with the configuration: credits, pauses, and what waits for flows that were removed. */
async function applyFlows(db: Database, flows: readonly FlowQueue[]): Promise<void> {
  await registerNeeds(
    db,
    flows.flatMap(({ name, connections }) => (connections === undefined ? [] : [{ flow: name, connections }])),
  );
  for (const flow of flows) {
    if (flow.paused) await pauseFlow(db, flow.name, true);
    if (flow.credit !== null) for (const lane of LANES_OF_A_FLOW) await setCredit(db, flow.name, lane, flow.credit);
  }
  const configured = new Set(flows.map((flow) => flow.name));
  const removed = (await listQueues(db)).filter((queue) => queue.waiting > 0 && !configured.has(queue.flow));
  for (const { flow } of removed) while ((await skipRemovedFlow(db, flow, CHUNK)) > 0);
}
