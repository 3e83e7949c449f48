import type { Fence } from '../effects/effect.ts';
import type { Database } from '../driver/database.ts';

/** No dispatcher looks at this lane: its keys have no deliveries, they fence the runs of jobs. */
export const RUN_LANE = 2;
const RUN_KEY = 'run';

/** A run of a job, as its workflow knows it. */
export interface Run {
  /** Whose runs follow one another, such as `contacts/crm`: the job and its entry in the configuration. */
  readonly job: string;
  /** Names this run, and no other ever. */
  readonly lease: string;
  readonly owner: string;
  readonly workflowId: string;
  /** How long the reaper leaves it alone, in milliseconds; then it asks Temporal whether the workflow still runs. */
  readonly ttlMs: number;
}

/**
 * Takes the job's key for a run, or begins another attempt at the same run: a new epoch, so that every earlier attempt is fenced off from
 * the ledger. null: another run has the key, or this one was released. Let go of it with `releaseLease`; the reaper does where the
 * workflow has ended without.
 */
export async function beginRun(db: Database, { job, lease, owner, workflowId, ttlMs }: Run): Promise<Fence | null> {
  return db.transaction(async (tx) => {
    const [taken] = await tx.query<{ epoch: string }>(TAKE, [job, RUN_LANE, RUN_KEY, lease]);
    if (taken === undefined) return null;
    const [leased] = await tx.query<{ open: boolean; fresh: boolean }>(LEASE, [lease, owner, job, RUN_LANE, workflowId, ttlMs]);
    if (leased?.open !== true) {
      await tx.query(LET_GO, [lease]);
      return null;
    }
    if (leased.fresh) await tx.query(COUNT, [job, RUN_LANE]);
    return { flow: job, lane: RUN_LANE, key: RUN_KEY, lease, epoch: taken.epoch };
  });
}

const TAKE = `
insert into queue_key as k (flow, lane, key, lease, epoch) values ($1, $2::smallint, $3, $4, nextval('epoch'))
on conflict (flow, key, lane) do update set lease = excluded.lease, epoch = excluded.epoch where k.lease is null or k.lease = excluded.lease
returning epoch::text as epoch`;

/** A lease that was closed stays closed: its workflow has ended, and who comes with it is a straggler. */
const LEASE = `
insert into lease as l (id, owner, kind, flow, lane, held, workflow_id, started, until)
values ($1, $2, 'run', $3, $4::smallint, 1, $5, true, now() + make_interval(secs => $6::float8 / 1000))
on conflict (id) do update set until = excluded.until
returning open, xmax = 0 as fresh`;

const LET_GO = `update queue_key set lease = null, epoch = nextval('epoch') where lease = $1`;

/** As for a group: releasing takes it off again. */
const COUNT = `
insert into gate as g (flow, lane, under_way) values ($1, $2::smallint, 1)
on conflict (flow, lane) do update set under_way = g.under_way + 1`;
