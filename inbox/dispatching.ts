import { registerNeeds } from '../store/gates/flow-gate.ts';
import { applyFlows } from '../store/inbox/flow-queue.ts';
import { startDispatcher } from './dispatcher.ts';
import { startReaper } from './reaper.ts';
import { INBOX_CHANNEL } from './recorder.ts';
import { watchUnknownFlows } from './unknown-flows.ts';
import type { Database } from '../store/driver/database.ts';
import type { QueueSettings } from '../store/inbox/flow-queue.ts';
import type { Way } from './dispatcher.ts';
import type { WorkflowStarter } from './starter.ts';

/** A configured flow, as its queue needs it. */
export interface FlowQueue extends QueueSettings {
  readonly coalesce: boolean;
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
  /** See `DispatcherDeps`. */
  readonly batchGroups?: number | undefined;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** Dispatcher and reaper at work. */
export interface Dispatching {
  wake(): void;
  /** When each of the loops last got round, in Unix milliseconds. */
  turns(): { readonly dispatcher: number; readonly reaper: number };
  stop(): Promise<void>;
}

/**
 * Dispatcher, reaper and the wake-up hints of other replicas, as one thing to start and stop. Throws where the store does not answer,
 * and leaves nothing running then.
 */
export async function createDispatching(options: DispatchingOptions): Promise<Dispatching> {
  const { db, starter, owner, flows, log, only, batchGroups } = options;
  const names = flows.map((flow) => flow.name);
  const coalesce = flows.filter((flow) => flow.coalesce).map((flow) => flow.name);
  await applyFlows(db, flows);
  await registerNeeds(
    db,
    flows.flatMap(({ name, connections }) => (connections === undefined ? [] : [{ flow: name, connections }])),
  );
  // Whatever may fail comes before what runs by itself.
  const hints = { wake: (): void => undefined };
  const unlisten = await db.listen(INBOX_CHANNEL, () => hints.wake());
  const dispatcher = startDispatcher({ db, starter, owner, flows: names, coalesce, log, only, batchGroups });
  hints.wake = () => dispatcher.wake();
  const reaper = startReaper({ db, starter, log, onReleased: () => dispatcher.wake() });
  const unknown = watchUnknownFlows({ db, known: names, log });
  return {
    wake: () => dispatcher.wake(),
    turns: () => ({ dispatcher: dispatcher.lookedAtMs(), reaper: reaper.passedAtMs() }),
    async stop() {
      await unlisten().catch(() => undefined);
      await unknown.stop();
      await reaper.stop();
      await dispatcher.stop();
    },
  };
}
