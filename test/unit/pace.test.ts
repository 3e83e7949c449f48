import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace } from '../../inbox/pace.ts';

const LIMITS = { perSecond: 10, burst: 20 };
const T0 = 1_000_000;

describe('the pace', () => {
  it('is calm up to the burst, and again as time passes', () => {
    const pace = createPace(LIMITS);
    expect(pace.calmRoom(T0)).toBe(20);
    pace.spent(20, T0);
    expect(pace.calmRoom(T0)).toBe(0);
    expect(pace.calmRoom(T0 + 99)).toBe(0);
    expect(pace.calmRoom(T0 + 100)).toBe(1);
    expect(pace.calmRoom(T0 + 60_000)).toBe(20);
  });

  it('takes a quiet moment to be calm again after a backlog, however large that was', () => {
    const pace = createPace(LIMITS);
    pace.spent(10_000, T0);
    expect(pace.calmRoom(T0)).toBe(-20);
    expect(pace.calmRoom(T0 + 2000)).toBe(0);
    expect(pace.calmRoom(T0 + 2100)).toBe(1);
  });

  it('never gives more than the burst and what time allows', () => {
    const moves = fc.array(fc.record({ waitMs: fc.nat(5000), want: fc.nat(40) }), { maxLength: 50 });
    fc.assert(
      fc.property(moves, (list) => {
        const pace = createPace(LIMITS);
        let nowMs = T0;
        let given = 0;
        for (const { waitMs, want } of list) {
          nowMs += waitMs;
          const taken = Math.max(0, Math.min(want, pace.calmRoom(nowMs)));
          pace.spent(taken, nowMs);
          given += taken;
          expect(given).toBeLessThanOrEqual(LIMITS.burst + ((nowMs - T0) / 1000) * LIMITS.perSecond);
        }
      }),
    );
  });
});
