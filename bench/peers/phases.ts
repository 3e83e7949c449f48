import { z } from 'zod';
import { collect, loadOf, toAckFigures } from '../ingest/phases.ts';
import { sendClosedLoop, sendOpenLoop } from '../rig/load.ts';
import { quantile } from '../rig/statistics.ts';
import { processorMs } from './processor-time.ts';
import type { Sent } from '../rig/load.ts';
import type { PeerStage, RunningPeer } from './stage.ts';

const PER_SECOND_CALM = 10;
/** Finished jobs are told to the store a moment after their effect; that work belongs to the events. */
const SETTLE_MS = 500;

const usage = z.object({ rssMb: z.number(), cpuMs: z.number() });

/** What is sent in a round. */
export interface PeerSizes {
  readonly ackMs: number;
  readonly burst: number;
  readonly calmMs: number;
}

/** What one peer came to in one round. */
export interface RoundFigures {
  /** With effects held back. */
  readonly acksPerSecond: number;
  readonly ackP50Ms: number;
  /** In the burst, effects going on. */
  readonly burstAcksPerSecond: number;
  readonly deliveredPerSecond: number;
  /** Processor time of the peer's process for each event of the burst; what the receiver takes is in it. */
  readonly cpuMsPerEvent: number;
  /** The same with the servers that the peer stores in; null: this system does not tell. */
  readonly allCpuMsPerEvent: number | null;
  readonly calmEndToEndP50Ms: number;
  readonly calmEndToEndP99Ms: number;
  readonly rssMb: number;
  /** Over all phases; without any crash. */
  readonly lost: number;
  readonly doubled: number;
  /** Answers other than 2xx. */
  readonly refused: number;
}

/** One round of one peer: acknowledging alone, a burst, and ten events a second. */
export async function measureRound(stage: PeerStage, peer: RunningPeer, prefix: string, sizes: PeerSizes): Promise<RoundFigures> {
  const load = (phase: string): ReturnType<typeof loadOf> => loadOf(stage, peer, `${prefix}-${phase}`);
  await peer.child.ask('pause', true);
  const acks = await sendClosedLoop(load('acks'), { ms: sizes.ackMs });
  await peer.child.ask('pause', false);
  const held = await collect(stage, acks);
  const burst = await measure(stage, peer, () => sendClosedLoop(load('burst'), { events: sizes.burst }));
  const calm = await measure(stage, peer, () => sendOpenLoop(load('calm'), { perSecond: PER_SECOND_CALM, ms: sizes.calmMs }));
  const [ack, ackInBurst] = [toAckFigures(acks), toAckFigures(burst.sent)];
  const events = burst.sent.acknowledged.size;
  return {
    acksPerSecond: ack.acksPerSecond,
    ackP50Ms: ack.ackP50Ms,
    burstAcksPerSecond: ackInBurst.acksPerSecond,
    deliveredPerSecond: ((events - burst.lost) * 1000) / (burst.lastMs - burst.sent.startedMs),
    cpuMsPerEvent: burst.cpuMs / events,
    allCpuMsPerEvent: burst.serverMs === null ? null : (burst.cpuMs + burst.serverMs) / events,
    calmEndToEndP50Ms: quantile(calm.endToEndMs, 0.5),
    calmEndToEndP99Ms: quantile(calm.endToEndMs, 0.99),
    rssMb: burst.rssMb,
    lost: held.lost + burst.lost + calm.lost,
    doubled: held.doubled + burst.doubled + calm.doubled,
    refused: ack.refused + ackInBurst.refused + toAckFigures(calm.sent).refused,
  };
}

/** Until the compiler has seen to the hot path: acknowledging and a burst that nobody counts. */
export async function warmUp(stage: PeerStage, peer: RunningPeer, sizes: { readonly ms: number; readonly burst: number }): Promise<void> {
  await collect(stage, await sendClosedLoop(loadOf(stage, peer, 'warm-up'), { ms: sizes.ms }));
  await collect(stage, await sendClosedLoop(loadOf(stage, peer, 'warm'), { events: sizes.burst }));
}

interface Measured extends Awaited<ReturnType<typeof collect>> {
  readonly sent: Sent;
  readonly cpuMs: number;
  readonly serverMs: number | null;
  readonly rssMb: number;
}

async function measure(stage: PeerStage, peer: RunningPeer, send: () => Promise<Sent>): Promise<Measured> {
  const before = { server: processorMs(peer.pids), ...usage.parse(await peer.child.ask('usage')) };
  const sent = await send();
  const collected = await collect(stage, sent);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = { server: processorMs(peer.pids), ...usage.parse(await peer.child.ask('usage')) };
  return {
    ...collected,
    sent,
    cpuMs: after.cpuMs - before.cpuMs,
    serverMs: after.server === null || before.server === null ? null : after.server - before.server,
    rssMb: after.rssMb,
  };
}
