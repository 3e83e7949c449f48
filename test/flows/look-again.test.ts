import { describe, expect, it } from 'vitest';
import { mayBeLate, nextLookInMs } from '../../flows/look-again.ts';

const NOW_MS = Date.parse('2026-03-04T10:00:00Z');
const looked = { action: 'readInvoice', output: null, receivedAt: '2026-03-04T09:59:59Z', nowMs: NOW_MS } as const;

/** At which ages of its event a record is looked for that never shows. */
function looksFrom(ageMs: number): readonly number[] {
  const ages = [ageMs];
  for (let wait = nextLookInMs(ageMs); wait !== null; wait = nextLookInMs(ages.at(-1) ?? 0)) ages.push((ages.at(-1) ?? 0) + wait);
  return ages;
}

describe('a record that is not there', () => {
  it('is looked for again until its event is 10 s old, ever less often', () => {
    expect(looksFrom(0)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 10_000]);
    expect(looksFrom(3_500)).toEqual([3_500, 7_000, 10_000]);
    expect(looksFrom(9_999)).toEqual([9_999, 10_000]);
  });

  it.each([10_000, 86_400_000, null])('is gone where its event is %s ms old, or no longer stored', (ageMs) => {
    expect(nextLookInMs(ageMs)).toBeNull();
  });

  it('may be late where the event is of the last hour by any clock, be that ahead or behind', () => {
    expect(mayBeLate(looked)).toBe(true);
    expect(mayBeLate({ ...looked, receivedAt: '2026-03-04T10:30:00Z' })).toBe(true);
    expect(mayBeLate({ ...looked, receivedAt: '2026-03-04T08:59:59Z' })).toBe(false);
  });

  it('is one that the event names: no other step answers null for absence', () => {
    expect((['readConversation', 'readMessage'] as const).every((action) => mayBeLate({ ...looked, action }))).toBe(true);
    expect((['findThread', 'addLabel', 'assign', 'setPriority'] as const).some((action) => mayBeLate({ ...looked, action }))).toBe(false);
    expect(mayBeLate({ ...looked, output: { id: 'in_1' } })).toBe(false);
  });
});
