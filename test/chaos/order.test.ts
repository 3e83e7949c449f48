import { beforeAll, describe, expect, it } from 'vitest';
import { openChaosStage } from '../../bench/chaos/stage.ts';
import { settleAll } from '../../bench/chaos/settle.ts';
import { startTalk } from '../../bench/order/load.ts';
import { judgeTalk, killInTheMiddle } from '../../bench/order/run.ts';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { teardown } from '../helpers/teardown.ts';
import type { ChaosStage } from '../../bench/chaos/stage.ts';

const SIZE = { conversations: 20, messages: 10 };
const CALM_PER_SECOND = 25;
const SETTLE_WITHIN_MS = 90_000;
const TEST_MS = 120_000;

describe('two servers and two workers, one of each killed in the middle', () => {
  let stage: ChaosStage;
  const closeAfter = teardown();
  beforeAll(async () => {
    const { path: temporalCliPath } = await findTemporalCli();
    const options = { temporalCliPath, path: process.env['PATH'] ?? '', control: 'none', progress: () => undefined } as const;
    stage = await openChaosStage(options, { servers: 2, workers: 2 });
    closeAfter(() => stage.close());
  });

  it(
    'each message of a conversation arrives once, in the order of recording, and no older attempt writes: calm, and in a burst',
    async () => {
      const talks = [
        { ...SIZE, perSecond: CALM_PER_SECOND, run: 'calm' },
        { ...SIZE, perSecond: null, run: 'burst' },
      ].map((talk) => ({ talk, talking: startTalk(stage, talk) }));
      await Promise.all([
        ...talks.slice(1).map(({ talking }) => killInTheMiddle(stage, talking)),
        ...talks.map(({ talking }) => talking.ended),
      ]);
      await settleAll(stage, SETTLE_WITHIN_MS, new Set(talks.flatMap(({ talking }) => [...talking.acknowledged])));
      for (const { talk, talking } of talks) {
        const { checks, arrived } = await judgeTalk(stage, talk, talking);
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
        expect(arrived).toBe(SIZE.conversations * SIZE.messages);
      }
    },
    TEST_MS,
  );
});
