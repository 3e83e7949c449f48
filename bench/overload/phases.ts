import { CONNECTION } from '../ingest/settings.ts';
import { preciseNow } from '../rig/child.ts';
import { sendClosedLoop, sendOpenLoop } from '../rig/load.ts';
import { atLeast, atMost } from '../rig/check.ts';
import { growth, watchSystem } from './watch.ts';
import { quantile } from '../rig/statistics.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Check } from '../rig/check.ts';
import type { RunningSystem, Stage } from '../ingest/stage.ts';
import type { LoadOptions, Sent } from '../rig/load.ts';
import type { Arrivals } from './arrivals.ts';
import type { Sample } from './watch.ts';

const CONNECTIONS = 32;
/** Enough that an open loop is never held up by its own connections. */
const OPEN_CONNECTIONS = 256;
const TIMES = 10;
const IDLE_MS = 60_000;
const RATE_MS = 10_000;
/** What may wait while deliveries go on in a row. */
const MOST_WAITING = 3000;
const CHUNK = 1000;
const MOST_ACK_MS = 500;
const MOST_RSS_MB = 1024;
const MOST_RSS_GROWTH = 1.2;
const MOST_CLAIM_GROWTH = 1.5;

/** What the phases work on. */
export interface OverloadStage {
  readonly stage: Stage;
  readonly system: RunningSystem;
  readonly db: Database;
  readonly arrivals: Arrivals;
  progress(text: string): void;
}

/** What a phase came to. */
export interface PhaseFigures {
  readonly phase: string;
  readonly sent: number;
  readonly offeredPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly rssMaxMb: number;
  readonly claimP50Ms: number;
  readonly checks: readonly Check[];
}

/** Ten times what is delivered, where the remote system takes only so much; then it takes all again. */
export async function overload(of: OverloadStage, { ms, remotePerSecond }: { ms: number; remotePerSecond: number }): Promise<PhaseFigures> {
  const { stage, system, db, arrivals, progress } = of;
  const delivered = await measureRate(of, remotePerSecond);
  const offered = Math.round(delivered * TIMES);
  progress(`${delivered.toFixed(0)} a second are delivered; offering ${offered} a second for ${ms / 1000} s`);
  const before = await arrivals.look();
  const watching = watchSystem(system.child, db, () => arrivals.look());
  await stage.sink.ask('pace', remotePerSecond);
  const sent = await sendOpenLoop(loadOf(of, 'overload', OPEN_CONNECTIONS), { perSecond: offered, ms });
  const sentForMs = sent.endedMs - sent.startedMs;
  const meanwhile = ((await arrivals.look()) - before) / (sentForMs / 1000);
  progress(`${sent.acknowledged.size} acknowledged; the remote system takes all again, waiting for the rest`);
  await stage.sink.ask('pace', 0);
  await arrivals.waitFor(before + sent.acknowledged.size, IDLE_MS);
  const samples = await watching.stop();
  const reallyOffered = (sent.acknowledged.size + refusedOf(sent)) / (sentForMs / 1000);
  return {
    ...toFigures('overload', sent, samples),
    offeredPerSecond: reallyOffered,
    deliveredPerSecond: meanwhile,
    checks: [
      atLeast('offered ÷ delivered', reallyOffered / meanwhile, TIMES * 0.9),
      atMost('refused', refusedOf(sent), 0),
      atMost('ack p99 ms', quantile(sent.ackMs, 0.99), MOST_ACK_MS),
      ...judgeArrived(sent.acknowledged.keys(), arrivals),
      atMost('RSS MB at most', Math.max(...samples.map(({ rssMb }) => rssMb)), MOST_RSS_MB),
    ],
  };
}

/** Many deliveries, as fast as they are delivered: never more than some thousand wait. */
export async function inARow(of: OverloadStage, deliveries: number): Promise<PhaseFigures> {
  const { system, db, arrivals, progress } = of;
  const before = await arrivals.look();
  const startMs = preciseNow();
  const watching = watchSystem(system.child, db, () => arrivals.look());
  const sent: Sent[] = [];
  const acknowledged: string[] = [];
  for (let chunk = 1; acknowledged.length < deliveries; chunk += 1) {
    const one = await sendClosedLoop(loadOf(of, `row${chunk}`, CONNECTIONS), { events: CHUNK });
    sent.push(one);
    acknowledged.push(...one.acknowledged.keys());
    await arrivals.waitFor(before + acknowledged.length - MOST_WAITING, IDLE_MS);
    if (chunk % 10 === 0) progress(`${acknowledged.length} of ${deliveries} acknowledged, ${(await arrivals.look()) - before} delivered`);
  }
  await arrivals.waitFor(before + acknowledged.length, IDLE_MS);
  const endMs = preciseNow();
  const samples = await watching.stop();
  const ackMs = sent.flatMap((one) => one.ackMs);
  const refused = sent.reduce((sum, one) => sum + refusedOf(one), 0);
  const whole = { ackMs, acknowledged: new Map(acknowledged.map((id) => [id, 0])) };
  return {
    ...toFigures('in a row', whole, samples),
    offeredPerSecond: (acknowledged.length * 1000) / (endMs - startMs),
    deliveredPerSecond: (((await arrivals.look()) - before) * 1000) / (endMs - startMs),
    checks: [
      atMost('refused', refused, 0),
      ...judgeArrived(acknowledged, arrivals),
      atMost(
        'RSS, last fifth ÷ second fifth',
        growth(samples, ({ rssMb }) => rssMb),
        MOST_RSS_GROWTH,
      ),
      atMost(
        'cost of a claim, last fifth ÷ second fifth',
        growth(samples, ({ claimMs }) => claimMs),
        MOST_CLAIM_GROWTH,
      ),
    ],
  };
}

/** What is delivered a second while enough waits. */
async function measureRate(of: OverloadStage, remotePerSecond: number): Promise<number> {
  const { arrivals, progress } = of;
  await of.stage.sink.ask('pace', remotePerSecond);
  progress('measuring what is delivered');
  const before = await arrivals.look();
  const first = await sendClosedLoop(loadOf(of, 'ramp', CONNECTIONS), { ms: RATE_MS / 2 });
  const half = await arrivals.look();
  const startMs = preciseNow();
  const sent = await sendClosedLoop(loadOf(of, 'rate', CONNECTIONS), { ms: RATE_MS / 2 });
  const perSecond = (((await arrivals.look()) - half) * 1000) / (preciseNow() - startMs);
  await of.stage.sink.ask('pace', 0);
  await arrivals.waitFor(before + first.acknowledged.size + sent.acknowledged.size, IDLE_MS);
  return perSecond;
}

function judgeArrived(acknowledged: Iterable<string>, arrivals: Arrivals): readonly Check[] {
  const lost = [...acknowledged].filter((id) => !arrivals.has(id)).length;
  return [atMost('lost', lost, 0), atMost('doubled', arrivals.doubled(), 0)];
}

function toFigures(
  phase: string,
  { ackMs, acknowledged }: Pick<Sent, 'ackMs' | 'acknowledged'>,
  samples: readonly Sample[],
): Omit<PhaseFigures, 'checks' | 'offeredPerSecond' | 'deliveredPerSecond'> {
  return {
    phase,
    sent: acknowledged.size,
    ackP50Ms: quantile(ackMs, 0.5),
    ackP99Ms: quantile(ackMs, 0.99),
    rssMaxMb: Math.max(...samples.map(({ rssMb }) => rssMb)),
    claimP50Ms: quantile(
      samples.map(({ claimMs }) => claimMs).filter((ms) => ms !== null),
      0.5,
    ),
  };
}

function refusedOf({ refused }: Sent): number {
  return [...refused.values()].reduce((sum, count) => sum + count, 0);
}

function loadOf({ stage, system }: OverloadStage, prefix: string, connections: number): LoadOptions {
  return { origin: system.origin, path: `/webhooks/${CONNECTION}`, secret: stage.secret, connections, prefix };
}
