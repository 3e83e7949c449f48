import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { Database, Row } from '../../store/driver/database.ts';
import type { Stack } from './stack.ts';

const SETTLED_WITHIN_MS = 150_000;

const STATES = ['waiting', 'handed', 'done', 'superseded', 'skipped', 'terminated'] as const;

/** A delivery, as far as tests look at it. */
export interface DeliveryRow {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  readonly topic: string;
  readonly record: string;
  readonly state: (typeof STATES)[number] | undefined;
  readonly attempts: number;
  readonly outcome: string | null;
  readonly reason: string | null;
  /** Whether it waits for a person. */
  readonly parked: boolean;
  readonly workflowId: string | null;
}

/** A workflow of a stack, as Temporal lists it. */
export interface WorkflowRow {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly record: string | null;
}

/** All deliveries, in the order of recording; of one flow where it is named. */
export async function deliveriesOf(db: Database, flow?: string): Promise<readonly DeliveryRow[]> {
  const rows = await db.query<Row & Omit<DeliveryRow, 'state'> & { readonly number: number }>(
    `select d.id::text as id, d.flow, d.key, e.topic, e.record, d.state as number, d.attempts, d.outcome, d.reason, d.parked is not null as parked,
       l.workflow_id as "workflowId"
     from delivery d join event e on e.id = d.event_id left join lease l on l.id = d.lease
     where $1::text is null or d.flow = $1 order by d.id`,
    [flow ?? null],
  );
  return rows.map(({ number, ...row }) => ({ ...row, state: STATES[number] }));
}

/** Waits until so many deliveries at least were recorded and none of them waits or runs. */
export async function allSettled(db: Database, atLeast: number, flow?: string): Promise<readonly DeliveryRow[]> {
  return eventually(async () => {
    const rows = await deliveriesOf(db, flow);
    expect(rows.filter(({ state }) => state === 'waiting' || state === 'handed')).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(atLeast);
    return rows;
  }, SETTLED_WITHIN_MS);
}

/** Waits until a delivery is parked and its workflow says so. */
export async function parkedOne(stack: Stack, db: Database, flow?: string): Promise<DeliveryRow & { readonly workflowId: string }> {
  const row = await eventually(async () => {
    const parked = (await deliveriesOf(db, flow)).find((one) => one.parked);
    if (parked === undefined || parked.workflowId === null) throw new Error('nothing is parked yet');
    return { ...parked, workflowId: parked.workflowId };
  });
  await eventually(async () => expect(await currentDetails(stack, row.workflowId)).toContain('Needs attention'));
  return row;
}

/** What an operator reads at the top of a workflow in the Temporal UI. */
export async function currentDetails(stack: Stack, workflowId: string): Promise<string> {
  const metadata = await stack.client.workflow
    .getHandle(workflowId)
    .query<{ readonly currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** The stack's workflows that fit a visibility query; left out: all of them. */
export async function workflowsOf(stack: Stack, query?: string): Promise<readonly WorkflowRow[]> {
  const { live, bulk } = stack.queues;
  const ours = `(TaskQueue = '${live}' or TaskQueue = '${bulk}')`;
  const found: WorkflowRow[] = [];
  for await (const one of stack.client.workflow.list({ query: query === undefined ? ours : `${ours} and ${query}` })) {
    const record = one.searchAttributes['DeskRecord']?.[0];
    found.push({ id: one.workflowId, type: one.type, status: one.status.name, record: typeof record === 'string' ? record : null });
  }
  return found;
}

/** The intents of all remote writes without the identity of their event, sorted. */
export async function intentsOf(db: Database): Promise<readonly string[]> {
  const rows = await db.query<{ intent: string; kind: string; state: number }>('select intent, kind, state from effect');
  return rows.map(({ intent, kind, state }) => `${intent.slice(intent.indexOf('/') + 1)} ${kind} ${state === 1 ? 'done' : 'open'}`).sort();
}

/** The tags (`c07-m13`) in texts, by conversation, in the order of the texts. */
export function tagsByConversation(texts: readonly string[]): { readonly [conversation: string]: readonly string[] } {
  const found: { [conversation: string]: string[] } = {};
  for (const [tag = '', conversation = ''] of texts.flatMap((text) => [...text.matchAll(/(c\d+)-m\d+/g)]))
    (found[conversation] ??= []).push(tag);
  return found;
}

/** The tags of the messages that were recorded for a flow, by conversation, in the order of recording. */
export async function recordedTags(db: Database, flow: string): Promise<{ readonly [conversation: string]: readonly string[] }> {
  const rows = await db.query<{ raw: Buffer }>(
    `select b.raw from delivery d join event e on e.id = d.event_id join body b on b.event_id = e.id
     where d.flow = $1 and e.topic = 'message.created' order by d.id`,
    [flow],
  );
  return tagsByConversation(rows.map(({ raw }) => /c\d+-m\d+/.exec(Buffer.from(raw).toString('utf8'))?.[0] ?? ''));
}

/** The tags that stand in the threads of the channel, thread after thread: headers, then replies. */
export function threadTags(stack: Stack): { readonly [conversation: string]: readonly string[] } {
  return tagsByConversation(
    stack.sandbox.slack.threads('C0123').flatMap((thread) => [thread.text, ...thread.replies.map((reply) => reply.text)]),
  );
}
