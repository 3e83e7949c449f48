import { describe, expect, it } from 'vitest';
import { judge } from '../../inbox/reaper.ts';
import type { WorkflowState } from '../../inbox/starter.ts';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');
const HOUR_MS = 3_600_000;

describe('the reaper, on a lease whose time is up', () => {
  it.each<[WorkflowState, 'delivery' | 'batch', string, string | undefined]>([
    ['running', 'delivery', 'follow', undefined],
    ['running', 'batch', 'follow', undefined],
    ['failing', 'delivery', 'alarm', undefined],
    ['failing', 'batch', 'alarm', undefined],
    ['continued', 'delivery', 'follow', undefined],
    ['not_found', 'delivery', 'release', 'waiting'],
    ['not_found', 'batch', 'release', 'waiting'],
    ['completed', 'delivery', 'release', 'waiting'],
    ['completed', 'batch', 'release', 'waiting'],
    ['failed', 'delivery', 'release', 'waiting'],
    ['failed', 'batch', 'release', 'waiting'],
    ['timed_out', 'delivery', 'release', 'waiting'],
    ['timed_out', 'batch', 'release', 'waiting'],
    ['terminated', 'delivery', 'release', 'terminated'],
    ['terminated', 'batch', 'release', 'waiting'],
    ['cancelled', 'delivery', 'release', 'terminated'],
    ['cancelled', 'batch', 'release', 'waiting'],
  ])('whose workflow is %s as %s does: %s %s', (state, kind, act, then) => {
    const verdict = judge({ kind, started: true, createdAt: new Date(NOW_MS - HOUR_MS / 2), parked: false }, state, NOW_MS);
    expect(verdict.act).toBe(act);
    expect(verdict.act === 'release' ? verdict.state : undefined).toBe(then);
  });

  it.each(['batch', 'delivery'] as const)(
    'raises an alarm over a %s that has run for more than an hour, unless it waits for a person',
    (kind) => {
      const createdAt = new Date(NOW_MS - HOUR_MS - 1);
      expect(judge({ kind, started: true, createdAt, parked: false }, 'running', NOW_MS).act).toBe('alarm');
      expect(judge({ kind, started: true, createdAt, parked: true }, 'running', NOW_MS).act).toBe('follow');
    },
  );

  it('raises an alarm over a parked one too where its workflow task fails: no decision would reach it', () => {
    const lease = { kind: 'delivery', started: true, createdAt: new Date(NOW_MS), parked: true } as const;
    expect(judge(lease, 'failing', NOW_MS).act).toBe('alarm');
  });

  it('tells a workflow that was never started from one that Temporal has forgotten', () => {
    const lease = { kind: 'delivery', createdAt: new Date(NOW_MS), parked: false } as const;
    expect(judge({ ...lease, started: false }, 'not_found', NOW_MS)).toMatchObject({ reason: 'its workflow was never started' });
    expect(judge({ ...lease, started: true }, 'not_found', NOW_MS)).toMatchObject({
      reason: 'its workflow is no longer known to Temporal',
    });
  });
});
