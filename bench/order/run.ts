import { z } from 'zod';
import { judgeChaos, toChecks } from '../chaos/judge.ts';
import { applied } from '../chaos/settings.ts';
import { settleAll } from '../chaos/settle.ts';
import { preciseNow } from '../rig/child.ts';
import { startTalk } from './load.ts';
import { atMost } from '../rig/check.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { Member } from '../chaos/member.ts';
import type { Check } from '../rig/check.ts';
import type { Talk, Talking } from './load.ts';

const SETTLE_WITHIN_MS = 300_000;
const DEAD_MS = 3000;
const MIDDLE = 0.5;

/** What a talk came to. */
export interface OrderFigures {
  readonly talk: string;
  readonly conversations: number;
  readonly messages: number;
  /** Requests, copies included. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly arrived: number;
  readonly takenMs: number;
  readonly settledMs: number;
  readonly parked: { readonly [code: string]: number };
  readonly checks: readonly Check[];
}

/** Lets conversations go on while a server and a worker are killed in the middle and started again; then judges the order at the sink. */
export async function runTalk(stage: ChaosStage, talk: Talk): Promise<OrderFigures> {
  const startMs = preciseNow();
  const talking = startTalk(stage, talk);
  await killInTheMiddle(stage, talking);
  await talking.ended;
  const takenMs = preciseNow() - startMs;
  const { parked } = await settleAll(stage, SETTLE_WITHIN_MS, talking.acknowledged);
  const settledMs = preciseNow() - startMs;
  return { ...(await judgeTalk(stage, talk, talking)), takenMs, settledMs, parked };
}

/** Kills a server and a worker when half is acknowledged, and starts them again. */
export async function killInTheMiddle(stage: ChaosStage, talking: Talking): Promise<void> {
  await talking.reached(MIDDLE);
  await Promise.all([killAndRestart(stage.servers[0]), killAndRestart(stage.workers[0])]);
}

/** Compares what was acknowledged, what the store holds and what the sink carried out, once everything is settled. */
export async function judgeTalk(
  stage: ChaosStage,
  talk: Talk,
  talking: Talking,
): Promise<Omit<OrderFigures, 'takenMs' | 'settledMs' | 'parked'>> {
  const verdict = await judgeChaos(stage.db, stage.sink, talking.acknowledged);
  const log = z.array(applied).parse(await stage.sink.ask('log'));
  const own = log.map(({ id }) => id).filter((id) => id.startsWith(`marked:${talk.run}-`));
  return {
    talk: talk.run,
    conversations: talk.conversations,
    messages: talk.messages,
    sent: talking.sent(),
    acknowledged: talking.acknowledged.size,
    arrived: own.length,
    checks: [
      atMost('messages not acknowledged', talk.conversations * talk.messages - talking.acknowledged.size, 0),
      atMost('conversations that are not 1, 2, 3, … at the sink', countBroken(own, talk), 0),
      ...toChecks(verdict),
    ],
  };
}

/** A conversation's next message is only sent when the one before was recorded, so the order of recording is that of the numbers. */
function countBroken(arrivals: readonly string[], talk: Talk): number {
  const wanted = Array.from({ length: talk.messages }, (_, index) => `marked.${index + 1}`).join(' ');
  const threads = new Map<string, string[]>();
  for (const id of arrivals) {
    const [record = '', topic = ''] = id.split('/');
    threads.set(record, [...(threads.get(record) ?? []), topic]);
  }
  const whole = [...threads.values()].filter((topics) => topics.join(' ') === wanted).length;
  return talk.conversations - whole;
}

async function killAndRestart(member: Member | undefined): Promise<void> {
  await member?.child.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, DEAD_MS));
  await member?.restart();
}
