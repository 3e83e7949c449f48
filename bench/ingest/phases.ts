import { z } from 'zod';
import { sendClosedLoop, sendOpenLoop } from '../rig/load.ts';
import { CONNECTION } from './settings.ts';
import { quantile } from '../rig/statistics.ts';
import type { RunningSystem, Stage } from './stage.ts';
import type { LoadOptions, Sent } from '../rig/load.ts';

const CONNECTIONS = 32;
const PER_SECOND_CALM = 10;
const DRAIN_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 20;
/** The server counts an action when it is done with it: the last ones come a moment after the last delivery. */
const ACTIONS_SETTLE_MS = 1500;

const arrivals = z.array(z.tuple([z.string(), z.number()]));
const usage = z.object({ rssMb: z.number(), cpuMs: z.number() });

/** What acknowledging alone came to. */
export interface AckFigures {
  readonly events: number;
  readonly acksPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** Answers other than 2xx. */
  readonly refused: number;
}

/** What sending and delivering came to; every acknowledged id was looked for at the sink. */
export interface DeliveryFigures extends AckFigures {
  readonly deliveredPerSecond: number;
  readonly endToEndP50Ms: number;
  readonly endToEndP99Ms: number;
  readonly actionsPerDelivery: number;
  readonly lost: number;
  readonly doubled: number;
  readonly rssMb: number;
  /** Processor time of the system's process for each event. */
  readonly cpuMsPerEvent: number;
}

/** Acknowledging alone: what is recorded is held back meanwhile, and delivered afterwards. */
export async function measureAcks(
  stage: Stage,
  system: RunningSystem,
  prefix: string,
  ms: number,
): Promise<AckFigures & { readonly lost: number }> {
  await system.child.ask('pause', true);
  const sent = await sendClosedLoop(loadOf(stage, system, prefix), { ms });
  await system.child.ask('pause', false);
  const lost = system.name === 'floor' ? 0 : (await collect(stage, sent)).lost;
  return { ...toAckFigures(sent), lost };
}

/** As many events as fast as they are taken, delivered at the same time. */
export function measureBurst(stage: Stage, system: RunningSystem, prefix: string, events: number): Promise<DeliveryFigures> {
  return measureDelivery(stage, system, () => sendClosedLoop(loadOf(stage, system, prefix), { events }));
}

/** Ten events a second. */
export function measureCalm(stage: Stage, system: RunningSystem, prefix: string, ms: number): Promise<DeliveryFigures> {
  return measureDelivery(stage, system, () => sendOpenLoop(loadOf(stage, system, prefix), { perSecond: PER_SECOND_CALM, ms }));
}

async function measureDelivery(stage: Stage, system: RunningSystem, send: () => Promise<Sent>): Promise<DeliveryFigures> {
  const before = { actions: await stage.actions(), usage: usage.parse(await system.child.ask('usage')) };
  const sent = await send();
  const { lost, doubled, endToEndMs, lastMs } = await collect(stage, sent);
  await new Promise((resolve) => setTimeout(resolve, ACTIONS_SETTLE_MS));
  const after = { actions: await stage.actions(), usage: usage.parse(await system.child.ask('usage')) };
  const events = sent.acknowledged.size;
  return {
    ...toAckFigures(sent),
    deliveredPerSecond: ((events - lost) * 1000) / (lastMs - sent.startedMs),
    endToEndP50Ms: quantile(endToEndMs, 0.5),
    endToEndP99Ms: quantile(endToEndMs, 0.99),
    actionsPerDelivery: (after.actions - before.actions) / events,
    lost,
    doubled,
    rssMb: after.usage.rssMb,
    cpuMsPerEvent: (after.usage.cpuMs - before.usage.cpuMs) / events,
  };
}

/** How this system is sent events. */
export function loadOf(
  stage: Pick<Stage, 'secret'>,
  system: { readonly name: string; readonly origin: string },
  prefix: string,
): LoadOptions {
  return {
    origin: system.origin,
    path: `/webhooks/${CONNECTION}`,
    secret: stage.secret,
    connections: CONNECTIONS,
    prefix: `${system.name}-${prefix}`,
  };
}

/** What sending came to. */
export function toAckFigures(sent: Sent): AckFigures {
  const events = sent.acknowledged.size;
  return {
    events,
    acksPerSecond: (events * 1000) / (sent.endedMs - sent.startedMs),
    ackP50Ms: quantile(sent.ackMs, 0.5),
    ackP99Ms: quantile(sent.ackMs, 0.99),
    refused: [...sent.refused.values()].reduce((sum, count) => sum + count, 0),
  };
}

/** Waits until as many arrived as were acknowledged, and compares them one by one. */
export async function collect(
  stage: Pick<Stage, 'sink'>,
  sent: Sent,
): Promise<{ lost: number; doubled: number; endToEndMs: number[]; lastMs: number }> {
  const untilMs = Date.now() + DRAIN_WITHIN_MS;
  while (Number(await stage.sink.ask('count')) < sent.acknowledged.size && Date.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const arrived = arrivals.parse(await stage.sink.ask('take')).map(([text, atMs]) => ({ id: text.slice(text.indexOf(':') + 1), atMs }));
  const firstAt = new Map<string, number>();
  for (const { id, atMs } of arrived) if (!firstAt.has(id)) firstAt.set(id, atMs);
  const endToEndMs = [...sent.acknowledged].flatMap(([id, sentMs]) => {
    const atMs = firstAt.get(id);
    return atMs === undefined ? [] : [atMs - sentMs];
  });
  return {
    lost: sent.acknowledged.size - endToEndMs.length,
    doubled: arrived.length - firstAt.size,
    endToEndMs,
    lastMs: arrived.reduce((last, { atMs }) => Math.max(last, atMs), sent.startedMs),
  };
}
