import { tasks } from '../operator/tasks/registry.ts';
import { sweepBodies, sweepEvents, sweepKeys, sweepLeases, sweepParkedRequests } from '../store/inbox/retention.ts';
import { INBOX_MIGRATIONS } from '../store/migrate.ts';
import type { Slice, Sweep } from '../jobs/job.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LEASE_DAYS = 7;

const bodies: Sweep = (db, keep) => sweepBodies(db, inDays(keep.bodies));
const events: Sweep = (db, keep) => sweepEvents(db, inDays(keep.events));
const keys: Sweep = (db) => sweepKeys(db);
const leases: Sweep = (db) => sweepLeases(db, { olderThanDays: LEASE_DAYS });
const parkedRequests: Sweep = (db, keep) => sweepParkedRequests(db, inDays(keep.events));

/** The inbox and its ledger, as every other slice. Its gauges belong to the receiver: they know which flows this replica has. */
export const inboxSlice: Slice = {
  migrations: INBOX_MIGRATIONS,
  tasks,
  sweeps: [bodies, events, keys, leases, parkedRequests],
};

function inDays(ms: number): { readonly olderThanDays: number } {
  return { olderThanDays: Math.ceil(ms / DAY_MS) };
}
