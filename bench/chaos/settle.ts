import { z } from 'zod';
import { applied } from './settings.ts';
import type { ChaosStage } from './stage.ts';

const LOOK_EVERY_MS = 500;

/** What was found parked, and decided by looking at the remote system, as an operator would. */
export interface Decided {
  /** Code of the park → how many. */
  readonly parked: { readonly [code: string]: number };
}

type Parked = { readonly id: string; readonly workflowId: string; readonly code: string };

/** Where to look. */
export type Settling = Pick<ChaosStage, 'db' | 'client' | 'sink'>;

/** Waits until everything acknowledged is in the inbox and settled, deciding what is parked on the way. Gives up after `withinMs`. */
export async function settleAll(stage: Settling, withinMs: number, acknowledged: ReadonlySet<string>): Promise<Decided> {
  const untilMs = Date.now() + withinMs;
  const parked: { [code: string]: number } = {};
  while (Date.now() < untilMs && ((await countIntakes(stage)) > 0 || (await unsettled(stage, acknowledged)) > 0)) {
    for (const one of await listParked(stage)) {
      if (await decide(stage, one)) parked[one.code] = (parked[one.code] ?? 0) + 1;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { parked };
}

/** They hold events that the store has not got yet. */
async function countIntakes({ client }: Settling): Promise<number> {
  return (await client.workflow.count('WorkflowType="intake" and ExecutionStatus="Running"')).count;
}

/** What `intake` workflows still hold is not in the inbox yet. */
async function unsettled({ db }: Settling, acknowledged: ReadonlySet<string>): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `select ((select count(*) from delivery where state < 2) + (select count(*) from lease where open)
       + (select count(*) from (select unnest($1::text[]) except select record || '/' || topic from event) missing))::int as n`,
    [[...acknowledged]],
  );
  return row?.n ?? 0;
}

function listParked({ db }: Settling): Promise<readonly Parked[]> {
  return db.query<Parked>(
    `select e.record || '/' || e.topic as id, l.workflow_id as "workflowId", d.parked->>'code' as code
     from delivery d join event e on e.id = d.event_id join lease l on l.id = d.lease where d.state = 1 and d.parked is not null and l.workflow_id is not null`,
  );
}

/** What is there already is skipped; what is not is sent again. */
async function decide({ client, sink }: Settling, one: Parked): Promise<boolean> {
  const log = z.array(applied).parse(await sink.ask('log'));
  const isThere = log.some(({ id }) => id === one.id);
  return client.workflow
    .getHandle(one.workflowId)
    .executeUpdate(isThere ? 'skip' : 'retry')
    .then(
      () => true,
      () => false,
    );
}
