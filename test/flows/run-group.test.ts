import { describe, expect, it } from 'vitest';
import type { FlowOutcome } from '../../flows/flow.ts';
import { runGroup } from '../../flows/run-group.ts';
import { StepError } from '../../model/step-failure.ts';
import type { StepFailure } from '../../model/step-failure.ts';
import type { GroupMember, LoadedGroup } from '../../model/delivery.ts';
import { createRecordingSteps, eventOf } from './recording-steps.ts';

const { steps } = createRecordingSteps();

function failure(kind: StepFailure['kind']): StepFailure {
  return { code: 'internal', kind, message: 'm', hint: 'h', step: 's', connection: null, retryAfterMs: null };
}

function groupOf(...deliveryIds: readonly string[]): LoadedGroup {
  const members = deliveryIds.map((deliveryId) => ({ deliveryId, attempts: 0, event: eventOf('c', deliveryId, {}), edits: null }));
  return { group: { lease: 'l', flow: 'f', lane: 0, key: 'k' }, epoch: '1', flow: { do: 'x', options: { a: 1 } }, members };
}

/** A run whose outcome is given by delivery; an error is thrown. */
function runOf(
  outcomes: { readonly [deliveryId: string]: FlowOutcome | Error },
  seen: string[] = [],
): Parameters<typeof runGroup>[0]['run'] {
  return async (_, event) => {
    seen.push(event.topic);
    const outcome = outcomes[event.topic];
    if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('no outcome');
    return outcome;
  };
}

describe('a group', () => {
  it('runs its deliveries in order, each with its own steps and the options', async () => {
    const order: string[] = [];
    const result = await runGroup({
      steps: (member: GroupMember) => (order.push(`steps ${member.deliveryId}`), steps),
      group: groupOf('1', '2'),
      run: async (_, event, options) => (
        order.push(`run ${event.topic} ${JSON.stringify(options)}`),
        { outcome: 'done', text: `did ${event.topic}` }
      ),
    });
    expect(order).toEqual(['steps 1', 'run 1 {"a":1}', 'steps 2', 'run 2 {"a":1}']);
    expect(result).toEqual({
      finished: [
        { deliveryId: '1', state: 'done', text: 'did 1' },
        { deliveryId: '2', state: 'done', text: 'did 2' },
      ],
      stopped: null,
    });
  });

  it('skips a delivery whose body is gone, says so, and goes on with the next: it is not "nothing to do"', async () => {
    const group = groupOf('1', '2');
    const members = group.members.map((member) => (member.deliveryId === '1' ? { ...member, lacks: 'body' as const } : member));
    const run = runOf({ '2': { outcome: 'done', text: 'did 2' } });
    expect(await runGroup({ steps: () => steps, group: { ...group, members }, run })).toEqual({
      finished: [
        {
          deliveryId: '1',
          state: 'skipped',
          text: 'Not run: the body of event 1 expired or was erased, and without it the flow cannot know what to do.',
        },
        { deliveryId: '2', state: 'done', text: 'did 2' },
      ],
      stopped: null,
    });
  });

  it('counts ignored ones and echoes as done, and says so', async () => {
    const run = runOf({ '1': { outcome: 'ignored', text: 'gone' }, '2': { outcome: 'echo', text: 'ours' } });
    const { finished } = await runGroup({ steps: () => steps, group: groupOf('1', '2'), run });
    expect(finished).toEqual([
      { deliveryId: '1', state: 'done', text: 'ignored: gone' },
      { deliveryId: '2', state: 'done', text: 'echo: ours' },
    ]);
  });

  it.each(['retry', 'attention', 'gate', 'ours'] as const)(
    'stops at a delivery that fails with %s, for later ones may not overtake it',
    async (kind) => {
      const seen: string[] = [];
      const run = runOf(
        { '1': { outcome: 'done', text: 'ok' }, '2': new StepError(failure(kind)), '3': { outcome: 'done', text: 'ok' } },
        seen,
      );
      const result = await runGroup({ steps: () => steps, group: groupOf('1', '2', '3'), run });
      expect(result).toEqual({
        finished: [{ deliveryId: '1', state: 'done', text: 'ok' }],
        stopped: { deliveryId: '2', attempts: 0, failure: failure(kind) },
      });
      expect(seen).toEqual(['1', '2']);
    },
  );

  it('leaves no trace where a newer attempt owns the key', async () => {
    const error = new StepError(failure('lost'));
    const run = runOf({ '1': { outcome: 'done', text: 'ok' }, '2': error });
    await expect(runGroup({ steps: () => steps, group: groupOf('1', '2'), run })).rejects.toBe(error);
  });

  it('passes on every other error', async () => {
    const error = new TypeError('a bug');
    await expect(runGroup({ steps: () => steps, group: groupOf('1'), run: runOf({ '1': error }) })).rejects.toBe(error);
  });

  it('is stopped before its first delivery, and given back, where its flow is not configured: another worker may know it', async () => {
    const seen: string[] = [];
    const result = await runGroup({ steps: () => steps, group: { ...groupOf('1', '2'), flow: null }, run: runOf({}, seen) });
    expect(result).toMatchObject({ finished: [], stopped: { deliveryId: '1', failure: { code: 'unknown_flow', kind: 'ours' } } });
    expect(seen).toEqual([]);
  });
});
