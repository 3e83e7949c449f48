import { createBodyReader } from '../activities/steps/body-reader.ts';
import { readGroup, toBegunGroups } from '../activities/steps/load-group.ts';
import { batchWorkflowId } from '../inbox/starter.ts';
import { beginLease } from '../store/inbox/begin.ts';
import { readBody } from '../store/inbox/body.ts';
import { refillLease, stopTending } from '../store/inbox/refill.ts';
import type { BatchDeps } from '../activities/steps/run-batch.ts';
import type { FlowDirectory } from '../activities/steps/load-group.ts';
import type { Database } from '../store/driver/database.ts';

/** What one take of a batch may bring beside its groups: facts of so many deliveries stay in memory until they are run. */
const DELIVERIES_A_TAKE = 2_000;
const DELIVERIES_A_GROUP = 32;
/** How long until the reaper looks at the lease. */
const LEASE_MS = 30_000;
/** How long the dispatcher leaves a flow to a batch that does not look again: its worker may have died. */
const TEND_MS = 1000;

/** What loading and refilling works with. */
export interface BatchPartsOptions {
  readonly db: Database;
  readonly directory: FlowDirectory;
  /** Names this process in leases. */
  readonly identity: string;
  /** The dispatcher should look. */
  onFreed(): void;
  readonly log: { warn(fields: object, message: string): void };
}

/** How groups come to a batch, and what each of them is; a group of `delivery` is read the same way. */
export function createBatchParts(options: BatchPartsOptions): Pick<BatchDeps, 'loadLease' | 'refillLease' | 'stopTending' | 'readGroup'> {
  const { db, directory, log } = options;
  const reading = { directory, bodies: createBodyReader({ read: (eventId) => readBody(db, eventId) }) };
  const told = new Set<string>();
  return {
    loadLease: async (lease) => toBegunGroups(await beginLease(db, lease), lease),
    async refillLease(batch, groups) {
      const flow = directory.flow(batch.flow);
      // Another worker may know it.
      if (flow === undefined) return [];
      const { rows } = await refillLease(db, {
        lease: batch.lease,
        flow: batch.flow,
        lane: batch.lane,
        workflowId: batchWorkflowId(batch),
        owner: options.identity,
        groups,
        perGroup: DELIVERIES_A_GROUP,
        deliveries: DELIVERIES_A_TAKE,
        coalesce: flow.coalesce,
        ttlMs: LEASE_MS,
        tendMs: TEND_MS,
      });
      return toBegunGroups(rows, batch.lease);
    },
    async stopTending(batch) {
      await stopTending(db, batch);
      options.onFreed();
    },
    async readGroup(begun) {
      const loaded = await readGroup(begun, reading);
      const { flow } = begun.ref;
      if (loaded.flow !== null || told.has(flow)) return loaded;
      told.add(flow);
      log.warn(
        { flow },
        `a group of the flow ${flow} was given back: this worker's configuration lacks the flow, or the connection of its events; give every process the newest one`,
      );
      return loaded;
    },
  };
}
