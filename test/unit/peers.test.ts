import { describe, expect, it } from 'vitest';
import { addKills } from '../../bench/peers/kill.ts';
import { judgeKill } from '../../bench/peers/kill-judge.ts';
import { keyOf, NEEDS, PEERS, SERVICES } from '../../bench/peers/peer.ts';
import { sumTrees, toProcessTime } from '../../bench/peers/processor-time.ts';
import { compare, judgePeers, toPeersText } from '../../bench/peers/report.ts';
import { PROMISES } from '../../bench/peers/promises.ts';
import { createGate } from '../../bench/peers/gate.ts';
import type { KillFigures } from '../../bench/peers/kill.ts';
import type { RoundFigures } from '../../bench/peers/phases.ts';
import type { PeerFigures } from '../../bench/peers/report.ts';

const acknowledged = ['a1', 'b1', 'a2', 'b2', 'a3'].map((id) => ({ id, key: id.slice(0, 1) }));
const REST = { machine: { cores: 2, loadBefore: 0.5, loadAfter: 4 }, leftOut: [], checks: [] };
const whole = { acknowledged: 5, lost: 0, waiting: 0, doubled: 0, outOfOrder: 0 };

describe('a run in which the process was killed', () => {
  it.each<[string, readonly string[], number, object]>([
    ['nothing where all arrived once and in order, keys mixed', ['b1', 'a1', 'b2', 'a2', 'a3'], 0, {}],
    ['as lost what did not arrive and is held no more', ['a1', 'a2', 'a3', 'b1'], 0, { lost: 1 }],
    ['as waiting, not as lost, what the peer still holds', ['a1', 'a2', 'b1'], 1, { lost: 1, waiting: 1 }],
    ['nothing as waiting where all arrived, whatever is still held', ['a1', 'b1', 'a2', 'b2', 'a3'], 3, {}],
    ['each effect beyond the first of an event as doubled', ['a1', 'a1', 'a1', 'b1', 'a2', 'b2', 'a3'], 0, { doubled: 2 }],
    ['as out of order each event that a later one of its key overtook', ['a3', 'a1', 'a2', 'b1', 'b2'], 0, { outOfOrder: 1 }],
    ['by the first effects, for a repeated one overtakes nobody', ['a1', 'a2', 'b1', 'b2', 'a3', 'a1'], 0, { doubled: 1 }],
  ])('counts %s', (_what, arrived, held, expected) => {
    expect(judgeKill(acknowledged, arrived, held)).toEqual({ ...whole, ...expected });
  });

  it('counts an event as overtaken where the one before it came last', () => {
    expect(judgeKill(acknowledged, ['a2', 'a3', 'a1', 'b1', 'b2'], 0)).toEqual({ ...whole, outOfOrder: 2 });
  });
});

it('several kills are counted together, with the longest recovery', () => {
  const both = addKills(killed({ lost: 1, doubled: 2, drainedAfterS: 30 }), killed({ doubled: 3, outOfOrder: 4, looks: 5 }));
  expect(both).toEqual(killed({ acknowledged: 1280, lost: 1, doubled: 5, outOfOrder: 4, looks: 5, drainedAfterS: 30 }));
});

describe('the verdict on the peers', () => {
  it('is on ours alone', () => {
    const theirs = peer('bullmq', [round({ lost: 3 })], killed({ doubled: 9 }));
    expect(judgePeers([peer('ours', [round({})], killed({})), theirs]).every(({ ok }) => ok)).toBe(true);
    expect(judgePeers([theirs])).toEqual([]);
  });

  it.each<[string, Partial<RoundFigures>, Partial<KillFigures>]>([
    ['loses', { lost: 1 }, {}],
    ['doubles', { doubled: 1 }, {}],
    ['loses when it is killed', {}, { lost: 1 }],
    ['still holds something when it was given time', {}, { waiting: 1 }],
    ['doubles when it is killed', {}, { doubled: 1 }],
    ['breaks the order when it is killed', {}, { outOfOrder: 1 }],
  ])('fails ours where it %s', (_what, inRound, inKill) => {
    const checks = judgePeers([peer('ours', [round({}), round(inRound)], killed(inKill))]);
    expect(checks.filter(({ ok }) => !ok)).toHaveLength(1);
  });
});

describe('the ratios', () => {
  it('are of each round, so that a round on a busy machine does not count against one of them', () => {
    const ours = [round({ deliveredPerSecond: 800 }), round({ deliveredPerSecond: 80 }), round({ deliveredPerSecond: 900 })];
    const theirs = [round({ deliveredPerSecond: 400 }), round({ deliveredPerSecond: 40 }), round({ deliveredPerSecond: 100 })];
    expect(compare([peer('ours', ours, null), peer('dbos', theirs, null)])).toMatchObject([{ name: 'dbos', delivered: 2 }]);
  });

  it('are above 1 where ours is better, also of times', () => {
    const ours = peer('ours', [round({ calmEndToEndP50Ms: 10, allCpuMsPerEvent: 1 })], null);
    const theirs = peer('pg-boss', [round({ calmEndToEndP50Ms: 40, allCpuMsPerEvent: 2 })], null);
    expect(compare([ours, theirs])).toMatchObject([{ calm: 4, cpu: 2 }]);
  });

  it('are shown as unknown where the system does not tell processor times', () => {
    const text = toPeersText([peer('ours', [round({ allCpuMsPerEvent: null })], null), peer('dbos', [round({})], null)], REST);
    expect(text).toMatch(/^dbos +1\.00 +1\.00 +1\.00 +–$/m);
  });

  it('leave a peer that could not run out, with why', () => {
    const text = toPeersText([peer('ours', [round({})], null)], {
      ...REST,
      leftOut: [{ name: 'bullmq', why: 'there is no redis-server' }],
    });
    expect(text).toContain('left out: bullmq: there is no redis-server');
  });

  it('stand under how busy the machine was, and no table of killing where nothing was killed', () => {
    const text = toPeersText([peer('ours', [round({})], null)], REST);
    expect(text).toMatch(/^2 cores; load 0\.5 before the run, 4\.0 after it/);
    expect(text).not.toContain('killed in the middle');
  });
});

describe('processor time', () => {
  it('is read from a line of /proc whatever the name of the program', () => {
    const line = '41 (postgres: a) b 7 (c) S 40 41 41 0 -1 4194560 9 9 0 0 12 3 4 1 20 0 1 0 100';
    expect(toProcessTime(line)).toEqual({ pid: 41, parent: 40, ms: 200 });
  });

  it('is of the processes and of all below them, in whatever order they are listed', () => {
    const times = [
      { pid: 9, parent: 5, ms: 4 },
      { pid: 5, parent: 2, ms: 2 },
      { pid: 2, parent: 1, ms: 1 },
      { pid: 3, parent: 1, ms: 100 },
    ];
    expect(sumTrees(times, [2])).toBe(7);
  });
});

it('a gate that is shut holds back, and lets all through when it opens', async () => {
  const gate = createGate();
  await gate.pass();
  gate.shut(true);
  gate.shut(true);
  const passed: number[] = [];
  const both = [1, 2].map((number) => gate.pass().then(() => passed.push(number)));
  await Promise.resolve();
  expect(passed).toEqual([]);
  gate.shut(false);
  await Promise.all(both);
  expect(passed).toEqual([1, 2]);
});

it('an event has a key only where its text says so', () => {
  expect([keyOf('load:kill-ours~k7~12'), keyOf('load:ours-r1-burst-12'), keyOf('load:a~b')]).toEqual(['k7', null, null]);
});

it('each peer stores in services that there are, and says what it promises', () => {
  for (const name of PEERS) {
    expect(NEEDS[name].every((need) => SERVICES.includes(need))).toBe(true);
    expect(PROMISES[name]).toMatch(/^.{20,}$/);
  }
});

function peer(name: PeerFigures['name'], rounds: readonly RoundFigures[], kill: KillFigures | null): PeerFigures {
  return { name, rounds, kill };
}

function round(own: Partial<RoundFigures>): RoundFigures {
  return {
    acksPerSecond: 1000,
    ackP50Ms: 10,
    burstAcksPerSecond: 900,
    deliveredPerSecond: 500,
    cpuMsPerEvent: 1,
    allCpuMsPerEvent: 2,
    calmEndToEndP50Ms: 30,
    calmEndToEndP99Ms: 60,
    rssMb: 200,
    lost: 0,
    doubled: 0,
    refused: 0,
    ...own,
  };
}

function killed(own: Partial<KillFigures>): KillFigures {
  return { acknowledged: 640, lost: 0, waiting: 0, doubled: 0, outOfOrder: 0, looks: 0, drainedAfterS: 5, ...own };
}
