import { describe, expect, it } from 'vitest';
import { createActions } from '../../activities/actions/index.ts';
import { createStepsInBatch } from '../../activities/steps/steps-in-batch.ts';
import { createMemoryEffects } from './memory-effects.ts';
import { contextOf, conversation, createWorld, failureOf } from './actions/world.ts';
import type { StepDeps } from '../../activities/steps/run-step.ts';
import type { Steps } from '../../flows/steps.ts';
import type { World } from './actions/world.ts';

const STEP = { name: 'read-conversation', summary: 'Read conversation 42' };
const INPUT = { connection: 'helpdesk', conversationId: '42' };

describe('what an event names and a batch does not find', () => {
  it('is given back to run as a workflow of its own, which has timers, while the event is young', async () => {
    const { steps } = open({ ageMs: 2_500 });
    expect(await failureOf(steps.run(STEP, 'readConversation', INPUT))).toMatchObject({
      code: 'not_there_yet',
      kind: 'retry',
      retryAfterMs: 2_500,
      step: 'read-conversation',
      connection: 'helpdesk',
    });
  });

  it.each([10_000, null])('is gone where the event is %s ms old', async (ageMs) => {
    expect(await open({ ageMs }).steps.run(STEP, 'readConversation', INPUT)).toBeNull();
  });

  it('costs the store nothing where it is there, or where the event is of long ago', async () => {
    const found = open({ ageMs: 0 });
    found.world.conversations = [conversation];
    expect(await found.steps.run(STEP, 'readConversation', INPUT)).toMatchObject({ id: '42' });
    const old = open({ ageMs: 0, receivedAt: '2026-01-01T00:00:00Z' });
    expect(await old.steps.run(STEP, 'readConversation', INPUT)).toBeNull();
    expect([found.asked(), old.asked()]).toEqual([0, 0]);
  });
});

function open(of: { readonly ageMs: number | null; readonly receivedAt?: string }): { steps: Steps; world: World; asked: () => number } {
  const world = createWorld();
  let asked = 0;
  const deps: StepDeps = {
    actions: createActions(),
    connections: contextOf(world).connections,
    gates: {
      check: async () => undefined,
      note: () => undefined,
      failed: async (_, failure) => failure,
      parked: async () => undefined,
    },
    effects: createMemoryEffects(),
    renewEpoch: async () => '1',
    eventAge: async () => ((asked += 1), of.ageMs),
  };
  const group = { lease: 'l', flow: 'team-threads', lane: 0, key: 'k' } as const;
  const receivedAt = of.receivedAt ?? new Date().toISOString();
  const event = { id: '1', identity: 'helpdesk:1', connection: 'helpdesk', topic: 'message.created', record: null, receivedAt, facts: {} };
  const member = { deliveryId: '1', attempts: 1, edits: null, event };
  return { steps: createStepsInBatch(deps, group, { ...group, epoch: '1' }, member), world, asked: () => asked };
}
