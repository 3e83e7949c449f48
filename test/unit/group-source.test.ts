import { describe, expect, it } from 'vitest';
import { createGroupSource } from '../../activities/steps/group-source.ts';
import type { BegunGroup } from '../../activities/steps/load-group.ts';
import type { GroupSource } from '../../activities/steps/group-source.ts';

const FULL = 64;

/** A source over a queue of so many groups, on a clock that the test moves. */
function world(waiting: number, first = 0, afterTakeMs = 0) {
  let nowMs = 0;
  let left = waiting;
  let over = false;
  const takes: number[] = [];
  const rests: number[] = [];
  const source = createGroupSource({
    first: groups(first),
    take: (size) => {
      const count = Math.min(size, left);
      left -= count;
      takes.push(size);
      nowMs += afterTakeMs;
      return Promise.resolve(groups(count));
    },
    isOver: () => over,
    now: () => nowMs,
    rest: (ms) => {
      rests.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  });
  return {
    source,
    takes,
    rests,
    comes: (count: number) => void (left += count),
    passes: (ms: number) => void (nowMs += ms),
    ends: () => void (over = true),
  };
}

describe('where the groups of a batch come from', () => {
  it('hands out what it was started with and all that it takes, each once, and ends when nothing has come for a while', async () => {
    const { source } = world(1000, FULL);
    expect(await drain(source)).toBe(FULL + 1000);
  });

  it('takes more before the last is handed out', async () => {
    const { source, takes } = world(1000, FULL);
    for (let count = 0; count < FULL - FULL / 4; count += 1) await source.next();
    expect(takes).toHaveLength(1);
  });

  it('takes more at a time while takes are done quickly, and fewer while they last', async () => {
    const quick = world(5000, FULL);
    await drain(quick.source);
    expect(Math.max(...quick.takes)).toBe(512);
    const slow = world(5000, FULL);
    for (let count = 0; count < 300; count += 1) {
      await slow.source.next();
      slow.passes(100);
    }
    expect(slow.takes.at(-1)).toBe(32);
  });

  it('lets what trickles in pile up between two takes', async () => {
    const { source, rests, comes } = world(3);
    for (let count = 0; count < 3; count += 1) await source.next();
    comes(2);
    expect(await source.next()).not.toBeNull();
    expect(rests.filter((ms) => ms > 0)).not.toEqual([]);
  });

  it.each([
    ['gives a flow back in which ten groups a second come: they would wait for a take each', 10, [0, 1500]],
    ['keeps a flow in which fifty come', 50, [20_000, 20_100]],
  ] as const)('%s', async (_title, perSecond, [atLeastMs, atMostMs]) => {
    let nowMs = 0;
    let taken = 0;
    const source = createGroupSource({
      first: [],
      take: (size) => {
        const count = Math.min(size, Math.floor((nowMs * perSecond) / 1000) - taken);
        taken += count;
        return Promise.resolve(groups(count));
      },
      isOver: () => nowMs >= 20_000,
      now: () => nowMs,
      rest: (ms) => Promise.resolve(void (nowMs += ms)),
    });
    expect(await drain(source)).toBe(taken);
    expect(nowMs).toBeGreaterThanOrEqual(atLeastMs);
    expect(nowMs).toBeLessThanOrEqual(atMostMs);
  });

  it('takes no more when its time is over, and hands out what it has', async () => {
    const { source, ends, takes } = world(1000, FULL);
    ends();
    expect(await drain(source)).toBe(FULL);
    expect(takes).toEqual([]);
  });

  it('hands out what it has and ends where the store refuses another take', async () => {
    const source = createGroupSource({
      first: groups(3),
      take: () => Promise.reject(new Error('the store is away')),
      isOver: () => false,
      now: () => 0,
      rest: () => Promise.resolve(),
    });
    expect(await drain(source)).toBe(3);
  });
});

async function drain(source: GroupSource): Promise<number> {
  let count = 0;
  while ((await source.next()) !== null) count += 1;
  return count;
}

function groups(count: number): BegunGroup[] {
  return Array.from({ length: count }, (_unused, n) => ({
    ref: { lease: 'L', flow: 'f', lane: 0, key: String(n) },
    epoch: '1',
    rows: [],
  }));
}
