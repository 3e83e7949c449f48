import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { z } from 'zod';
import { pauseFlow } from '../../store/gates/gate.ts';
import { isClean, judgeChaos } from './judge.ts';
import { post, toRequest } from './load.ts';
import { CLASSES } from './settings.ts';
import { settleAll } from './settle.ts';
import type { ChaosVerdict } from './judge.ts';
import type { Lane } from './points-stage.ts';
import type { Point, PointLoad } from './points.ts';

const HIT_WITHIN_MS = 60_000;
const SETTLE_WITHIN_MS = 150_000;
const REPEAT_EVERY_MS = 250;
const LOOK_EVERY_MS = 50;
const CALM_SINK = { refuse: 0, cut: 0 };

/** What a point came to. */
export interface Walked {
  /** Whether the process ended at the point, by the signal that the point is about. */
  readonly hit: boolean;
  /** Code of the park → how many. */
  readonly parked: { readonly [code: string]: number };
  readonly verdict: ChaosVerdict;
  readonly ok: boolean;
}

/**
 * Sends events until the process ends at its point, starts it again, lets everything settle, and judges. Flows are paused until all
 * is recorded, so that groups of several events are handed over; the sender repeats what was not answered.
 */
export async function walkPoint(lane: Lane, point: Point): Promise<Walked> {
  await pauseAll(lane, true);
  await lane.sink.ask('faults', point.sink);
  if (point.storeDown) await lane.postgres?.crash();
  const acknowledged = new Set<string>();
  const member = lane[point.member];
  const ended = member.child.ended;
  const sending = sendAll(lane, point.load, acknowledged);
  await Promise.race([sending, ended]);
  if (point.storeDown) await lane.postgres?.start();
  const early = !member.child.isAlive();
  if (early) await member.restart();
  await sending;
  await pauseAll(lane, false);
  const hit = await (point.crashAt === null ? endInTheMiddle(lane, point) : isHit(ended));
  await lane.sink.ask('faults', CALM_SINK);
  if (!early && !member.child.isAlive()) await member.restart();
  const { parked } = await settleAll(lane, SETTLE_WITHIN_MS, acknowledged);
  const verdict = await judgeChaos(lane.db, lane.sink, acknowledged);
  return { hit, parked, verdict, ok: hit && isClean(verdict) && (!point.parks || (parked['unknown_effect'] ?? 0) > 0) };
}

async function pauseAll({ db }: Lane, paused: boolean): Promise<void> {
  for (const flow of CLASSES) await pauseFlow(db, flow, paused);
}

/** Records side by side, the events of each one after another, each until it is taken. */
async function sendAll(lane: Lane, { records, events }: PointLoad, acknowledged: Set<string>): Promise<void> {
  const pool = new Pool(lane.server.origin, { connections: 16, headersTimeout: 8000 });
  const key = Buffer.from(lane.secret, 'base64');
  const sendOne = async (record: string, topic: string): Promise<void> => {
    for (;;) {
      const status = await post(pool, toRequest(record, topic, key));
      if (status >= 200 && status <= 299) break;
      await sleep(REPEAT_EVERY_MS);
    }
    acknowledged.add(`${record}/${topic}`);
  };
  const converse = async (name: string, number: number): Promise<void> => {
    for (let sequence = 1; sequence <= events; sequence += 1) await sendOne(`${name}:${number}`, `${name}.${sequence}`);
  };
  await Promise.all(CLASSES.flatMap((name) => Array.from({ length: records }, (_, number) => converse(name, number))));
  await pool.destroy();
}

/** Nobody but the process itself has sent it this signal. */
async function isHit(ended: Promise<number | NodeJS.Signals>): Promise<boolean> {
  const late = sleep(HIT_WITHIN_MS, null, { ref: false });
  return (await Promise.race([ended, late])) === 'SIGKILL';
}

/** SIGTERM when the first writes have come in, and others are under way or not begun. It has to end by itself, and in time. */
async function endInTheMiddle(lane: Lane, point: Point): Promise<boolean> {
  const { child } = lane[point.member];
  const untilMs = Date.now() + HIT_WITHIN_MS;
  while (Date.now() < untilMs && z.number().parse(await lane.sink.ask('count')) === 0) await sleep(LOOK_EVERY_MS);
  const left = await lane.db.query('select 1 from delivery where state < 2 limit 1');
  await child.stop();
  return (await child.ended) === 0 && left.length > 0;
}
