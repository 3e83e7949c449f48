import { beforeAll, expect, it } from 'vitest';
import { choosePoints, walkOne } from '../../bench/chaos/points-run.ts';
import { openPointsStage } from '../../bench/chaos/points-stage.ts';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { describeWithOwnPostgres } from '../helpers/own-postgres.ts';
import { teardown } from '../helpers/teardown.ts';
import type { PointResult } from '../../bench/chaos/points-run.ts';

const WALK_MS = 170_000;
const CONTROL = 'batch/after-send-once';
const RULES = [
  ['receive/after-record', 'a server that dies before it answers: the sender repeats, and the event is there once'],
  ['batch/after-start', 'a server that dies with a start unconfirmed: the workflow runs once'],
  ['batch/after-send-once', 'a worker that dies with a `once` write sent: it is parked, never sent twice'],
  ['batch/middle-of-group', 'a worker that dies in the middle of a group: the rest follows, in order'],
  ['batch/after-refill', 'a worker that dies with what its batch has just taken: another takes it up, in order'],
] as const;

describeWithOwnPostgres('a process killed at a point', () => {
  const results = new Map<string, PointResult>();
  let withoutLedger: PointResult | undefined;
  const closeAfter = teardown();
  beforeAll(async () => {
    const { path: temporalCliPath } = await findTemporalCli();
    const stage = await openPointsStage({ temporalCliPath, path: process.env['PATH'] ?? '', progress: () => undefined });
    closeAfter(() => stage.close());
    const walks = choosePoints(RULES.map(([name]) => name)).map(async (point) =>
      results.set(point.name, await walkOne(stage, point, 'none')),
    );
    const controls = choosePoints([CONTROL]).map(async (point) => (withoutLedger = await walkOne(stage, point, 'without-ledger')));
    await Promise.all([...walks, ...controls]);
  }, WALK_MS);

  it.each(RULES)('%s: %s', (name) => {
    const result = results.get(name);
    expect(result).toMatchObject({ error: null, walked: { hit: true, verdict: { lost: [], unsettled: 0, openLeases: 0 } } });
    expect(result?.walked?.ok).toBe(true);
  });

  it('without the ledger, `once` writes are doubled there', () => {
    expect(withoutLedger?.walked?.hit).toBe(true);
    const once = withoutLedger?.walked?.verdict.classes.find((one) => one.class === 'once');
    expect(once).toMatchObject({ lost: 0 });
    expect(once?.doubled).toBeGreaterThan(0);
  });
});
