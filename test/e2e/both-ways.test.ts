import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseFlow } from '../../store/gates/gate.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf, failPosts } from '../helpers/desk.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, deliveriesOf, intentsOf, recordedTags, threadTags, workflowsOf } from '../helpers/watch.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Helpdesk, Stack } from '../helpers/stack.ts';

const FLOWS = ['team-threads', 'dunning'] as const;
const CONVERSATIONS = 8;
const INVOICES = 6;
/** Per conversation: that it was created, and three messages. */
const THREAD_DELIVERIES = CONVERSATIONS * 4;

/** What one run left behind, without what differs from run to run. */
interface Outcome {
  readonly types: readonly string[];
  readonly effects: { readonly [flow: string]: unknown };
  readonly intents: { readonly [flow: string]: readonly string[] };
  readonly outcomes: { readonly [flow: string]: readonly string[] };
}

describe.each<Helpdesk>(['chatwoot', 'deskwoot'])('with %s', (helpdesk) => {
  let made: TestDatabase;
  let calm: Outcome;
  let backlog: Outcome;
  beforeAll(async () => {
    made = await makeDatabase();
    calm = await runSequence(made, helpdesk, 'delivery');
    await made.db.query('truncate event, body, queue_key, delivery, lease, gate, connection_gate, parked_request, applied, effect');
    backlog = await runSequence(made, helpdesk, 'batch');
  });
  afterAll(() => made.remove());

  it('runs what comes in calm weather as `delivery` and a backlog as `batch`', () => {
    expect(calm.types).toEqual(['delivery']);
    expect(backlog.types).toEqual(['batch']);
  });

  it.each(FLOWS)('%s has the same effects both ways', (flow) => {
    expect(backlog.effects[flow]).toEqual(calm.effects[flow]);
    expect(backlog.outcomes[flow]).toEqual(calm.outcomes[flow]);
  });

  it.each(FLOWS)('%s writes the same intents both ways', (flow) => {
    expect(calm.intents[flow]?.length).toBeGreaterThan(INVOICES);
    expect(backlog.intents[flow]).toEqual(calm.intents[flow]);
  });
});

describe('what fails in a batch', () => {
  let made: TestDatabase;
  let stack: Stack;
  beforeAll(async () => {
    made = await makeDatabase();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot', way: 'batch' });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });

  it('is done again alone, as `delivery`, and its key goes on in order', async () => {
    await pauseFlow(made.db, 'team-threads', true);
    await converse(stack, 'chatwoot', 6, 4);
    failPosts(stack.sandbox, '500');
    failPosts(stack.sandbox, 'reset-after-write');
    await pauseFlow(made.db, 'team-threads', false);
    const rows = await allSettled(made.db, 30);

    const failed = new Set(rows.filter(({ attempts }) => attempts > 1).map(({ record }) => record));
    expect(failed.size).toBeGreaterThan(0);
    const alone = await workflowsOf(stack, `WorkflowType = 'delivery'`);
    expect(new Set(alone.map(({ record }) => record))).toEqual(failed);
    expect((await workflowsOf(stack, `WorkflowType = 'batch'`)).length).toBeGreaterThan(0);
    expect(threadTags(stack)).toEqual(await recordedTags(made.db, 'team-threads'));
    expect(stack.sandbox.slack.threads('C0123')).toHaveLength(6);
  });
});

async function runSequence(made: TestDatabase, helpdesk: Helpdesk, way: 'delivery' | 'batch'): Promise<Outcome> {
  const { db } = made;
  const stack = await startStack({ db, helpdesk, way });
  try {
    for (const flow of FLOWS) await pauseFlow(db, flow, way === 'batch');
    await converse(stack, helpdesk, CONVERSATIONS, 3);
    if (way === 'delivery') await allSettled(db, THREAD_DELIVERIES);
    await failPayments(stack);
    for (const flow of FLOWS) await pauseFlow(db, flow, false);
    await allSettled(db, INVOICES, 'dunning');
    await deskOf(stack.sandbox, helpdesk).system.hooks.idle();
    await allSettled(db, THREAD_DELIVERIES, 'team-threads');
    return await toOutcome(made, stack, helpdesk);
  } finally {
    await stack.close();
  }
}

/** So many conversations at once, each begun by its customer, answered by an agent in between. */
async function converse(stack: Stack, helpdesk: Helpdesk, conversations: number, messages: number): Promise<void> {
  const desk = deskOf(stack.sandbox, helpdesk);
  for (let c = 1; c <= conversations; c += 1) {
    const first = desk.customerWrites('new', `c${c}-m1`);
    await first.told;
    for (let m = 2; m <= messages; m += 1) {
      const write = m % 2 === 0 ? desk.agentWrites : desk.customerWrites;
      await write(first.conversationId, `c${c}-m${m}`).told;
    }
  }
}

/** The last invoice is of the first one's customer, who has a conversation by then. */
async function failPayments(stack: Stack): Promise<void> {
  const { stripe } = stack.sandbox;
  const first = stripe.failPayment({ amountDue: 1001, currency: 'usd', name: 'Customer 1', email: 'customer-1@example.com' });
  await first.told;
  for (let n = 2; n < INVOICES; n += 1) {
    await stripe.failPayment({ amountDue: 1000 + n, currency: 'usd', name: `Customer ${n}`, email: `customer-${n}@example.com` }).told;
  }
  await stripe.failPayment({ amountDue: 1999, currency: 'usd', customerId: first.invoice.customerId }).told;
}

async function toOutcome({ db }: TestDatabase, stack: Stack, helpdesk: Helpdesk): Promise<Outcome> {
  const intents = await intentsOf(db);
  const rows = await deliveriesOf(db);
  const byFlow = <T>(pick: (flow: string) => T): { readonly [flow: string]: T } =>
    Object.fromEntries(FLOWS.map((flow) => [flow, pick(flow)]));
  return {
    types: [...new Set((await workflowsOf(stack)).map(({ type }) => type))],
    effects: { 'team-threads': toThreads(stack), dunning: toConversations(stack, helpdesk) },
    intents: byFlow((flow) => intents.filter((intent) => intent.startsWith(`${flow}/`))),
    outcomes: byFlow((flow) =>
      rows
        .filter((row) => row.flow === flow)
        .map((row) => `${row.topic} ${row.state} ${kindOf(row.outcome)}`)
        .sort(),
    ),
  };
}

/** `echo` and `ignored` begin the text of an outcome that was neither. */
function kindOf(outcome: string | null): string {
  return /^(echo|ignored): /.exec(outcome ?? '')?.[1] ?? 'done';
}

function toThreads(stack: Stack): unknown {
  const threads = stack.sandbox.slack.threads('C0123');
  return threads.map((thread) => [thread.text, ...thread.replies.map((reply) => reply.text)].map(withoutOrigin)).sort();
}

function toConversations(stack: Stack, helpdesk: Helpdesk): unknown {
  const opened = deskOf(stack.sandbox, helpdesk)
    .conversations()
    .filter(({ email }) => email !== null);
  return opened
    .map(({ id: _id, notes, ...rest }) => ({ ...rest, notes: notes.map(withoutOrigin).sort() }))
    .sort((a, b) => ((a.email ?? '') < (b.email ?? '') ? -1 : 1));
}

/** Ports, the minute of the next attempt, and the reference that the mark of an intent leaves, differ from run to run. */
function withoutOrigin(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, 'host')
    .replaceAll(/\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC/g, 'then')
    .replaceAll(/\[ref [0-9a-f]+\]/g, '[ref]');
}
