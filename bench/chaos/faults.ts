import { randomUUID } from 'node:crypto';
import { temporalReset } from '../rig/temporal-reset.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Member } from './member.ts';
import type { ChaosStage } from './stage.ts';

const REST_MS = 3000;
/** By then the batches of workers that are alive have ended: what is still held is the stalled worker's. */
const OTHERS_END_WITHIN_MS = 22_000;
const TAKEN_OVER_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** So late that every group under way is in its middle. */
const STALL_AT = 'stall-before-intent:30';
const STALLED_WITHIN_MS = 60_000;
const ANSWERS_WITHIN_MS = 2000;
/** So slow that many events wait for each key, and a group lasts for seconds. */
const SLOW_SINK = { refuse: 0.01, cut: 0.01, slowMs: 1200 };
const PILE_UP_MS = 7000;
const USUAL_SINK = { refuse: 0.01, cut: 0.01 };
const OPERATED = 4;
const OPERATIONS = [
  ['Running', 'terminate'],
  ['Running', 'reset'],
  ['Completed', 'reset'],
] as const;

/** One thing that goes wrong, and is put right again. */
export interface Fault {
  readonly name: string;
  readonly what: string;
  run(stage: ChaosStage): Promise<void>;
}

/** What goes wrong in a quick run, in this order. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'remote',
    what: 'the remote system refuses 1 in 100 and cuts the answer of 1 in 100',
    run: async ({ sink }) => void (await sink.ask('faults', USUAL_SINK)),
  },
  { name: 'server', what: 'kill -9 a server, start it again', run: (stage) => killAndRestart(stage.servers[0]) },
  {
    name: 'worker',
    what: 'kill -9 a worker in the middle of its batches, start it again',
    run: (stage) => withSlowSink(stage, () => killAndRestart(stage.workers[0])),
  },
  { name: 'temporal', what: 'kill -9 the Temporal server for 5 s', run: killTemporal },
  { name: 'postgres', what: 'stop PostgreSQL at once for 5 s', run: crashPostgres },
  { name: 'frozen', what: 'every connection to PostgreSQL falls silent, twice; new ones are served', run: freezeConnections },
  { name: 'disk', what: "PostgreSQL's disk is full for 5 s", run: fillDisk },
  {
    name: 'stall',
    what: 'a worker stalls until others have taken over, and comes back from the dead',
    run: (stage) => withSlowSink(stage, () => stall(stage, stage.workers[1] ?? stage.workers[0])),
  },
  { name: 'operator', what: 'an operator terminates and resets workflows', run: (stage) => withSlowSink(stage, () => operate(stage)) },
];

async function killAndRestart(member: Member | undefined): Promise<void> {
  await member?.child.kill('SIGKILL');
  await rest();
  await member?.restart();
}

async function killTemporal(stage: ChaosStage): Promise<void> {
  await stage.killTemporal();
  await rest();
  await stage.startTemporal();
}

async function crashPostgres({ postgres }: ChaosStage): Promise<void> {
  await postgres.crash();
  await rest();
  await postgres.start();
}

async function freezeConnections(stage: ChaosStage): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    stage.proxy.freeze();
    await rest();
  }
}

/** A server that cannot write its log ends itself, and is started again by whoever keeps it. */
async function fillDisk({ disk, postgres }: ChaosStage): Promise<void> {
  if (disk === null) return;
  const makeRoom = disk.fill();
  await rest();
  makeRoom();
  if (postgres.pid() === 0) await postgres.start();
}

/** With a slow remote system groups pile up and batches last: whatever happens then happens in the middle of them. */
async function withSlowSink(stage: ChaosStage, work: () => Promise<void>): Promise<void> {
  await stage.sink.ask('faults', SLOW_SINK);
  await new Promise((resolve) => setTimeout(resolve, PILE_UP_MS));
  await work();
  await stage.sink.ask('faults', USUAL_SINK);
}

/**
 * The worker stops itself just before it writes intents, in the middle of groups: what it does first when it comes back is to write them.
 * A stalled worker's open polls swallow workflow tasks, so that Temporal alone may take minutes to give its batches up. An operator
 * who ends them makes the reaper release them when their leases are up. It comes back when the first of its keys has been taken
 * over: in the middle of groups that others have just begun.
 */
async function stall({ client, db }: ChaosStage, member: Member | undefined): Promise<void> {
  if (member === undefined) return;
  await member.child.kill('SIGKILL');
  await member.restart(STALL_AT);
  await waitUntilStopped(member);
  const leases = (await db.query<{ lease: string }>("select id as lease from lease where open and kind = 'batch'")).map(
    ({ lease }) => lease,
  );
  for await (const { workflowId, runId } of client.workflow.list({ query: 'ExecutionStatus="Running" and WorkflowType="batch"' })) {
    await client.workflow
      .getHandle(workflowId, runId)
      .terminate('its worker stalls')
      .catch(() => undefined);
  }
  await new Promise((resolve) => setTimeout(resolve, OTHERS_END_WITHIN_MS));
  const held = await db.query<{ flow: string; key: string }>('select flow, key from queue_key where lease = any($1)', [leases]);
  const untilMs = Date.now() + TAKEN_OVER_WITHIN_MS;
  while (Date.now() < untilMs && (await countTakenOver(db, held, leases)) === 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  await member.child.kill('SIGCONT');
}

/** A stopped process does not answer. */
async function waitUntilStopped({ child }: Member): Promise<void> {
  const untilMs = Date.now() + STALLED_WITHIN_MS;
  while (Date.now() < untilMs) {
    const late = new Promise((resolve) => setTimeout(resolve, ANSWERS_WITHIN_MS, 'late'));
    if ((await Promise.race([child.ask('alive'), late])) === 'late') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`the worker did not come to ${STALL_AT} within ${STALLED_WITHIN_MS / 1000} s`);
}

async function countTakenOver(db: Database, held: readonly { flow: string; key: string }[], leases: readonly string[]): Promise<number> {
  const rows = await db.query(
    'select 1 from queue_key join unnest($1::text[], $2::text[]) as held (flow, key) using (flow, key) where lease is not null and lease <> all($3)',
    [held.map(({ flow }) => flow), held.map(({ key }) => key), [...leases]],
  );
  return rows.length;
}

/**
 * Running workflows are terminated or reset, ended ones reset: what they did must not be done again. An `intake` holds the only
 * copy of its events, so that one is not terminated; docs/reliability.md says so to operators.
 */
async function operate({ client }: ChaosStage): Promise<void> {
  for (const [status, act] of OPERATIONS) {
    let left = OPERATED;
    for await (const { workflowId, runId } of client.workflow.list({ query: `ExecutionStatus="${status}" and WorkflowType!="intake"` })) {
      if (left === 0) break;
      left -= 1;
      const done =
        act === 'terminate'
          ? client.workflow.getHandle(workflowId, runId).terminate('fault run')
          : temporalReset(client, { workflowId, runId, requestId: randomUUID() });
      // It may have ended meanwhile.
      await done.catch(() => undefined);
    }
    await rest();
  }
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}
