import { z } from 'zod';
import { judgeChaos, sumOf, toChecks } from '../chaos/judge.ts';
import { applied } from '../chaos/settings.ts';
import { settleAll } from '../chaos/settle.ts';
import { atLeast } from '../rig/check.ts';
import { preciseNow } from '../rig/child.ts';
import { startOutageLoad } from './load.ts';
import { median, quantile } from '../rig/statistics.ts';
import type { ChaosVerdict } from '../chaos/judge.ts';
import type { EffectClassName } from '../chaos/settings.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { Check } from '../rig/check.ts';
import type { Answer, FlowLoad } from './load.ts';

const SETTLE_WITHIN_MS = 300_000;
/** What was begun before an outage may still be answered so long after its start. */
const GRACE_MS = 250;

/** How much an outage is put to. */
export interface OutageSizes {
  /** How long it lasts. */
  readonly outageMs: number;
  /** How long everything works, before and after. */
  readonly restMs: number;
  /** Events a second: of all flows together where everything is out, of the broken flow where one remote system is. */
  readonly allPerSecond: number;
  readonly brokenPerSecond: number;
}

/** A stretch of the run, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a scene found out. */
export interface SceneFigures {
  readonly scene: string;
  readonly sent: number;
  readonly acknowledged: number;
  readonly ackP99Ms: number;
  readonly slowestMs: number;
  /** Status → how many, other than 2xx; 0: no answer. */
  readonly refused: { readonly [status: string]: number };
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  readonly parked: { readonly [code: string]: number };
  /** From the end of the outage until the last was settled. */
  readonly settledAfterMs: number;
  readonly checks: readonly Check[];
  readonly explained: readonly string[];
}

/** What a scene's own checks are made from. */
export interface Observed {
  readonly answers: readonly Answer[];
  /** From the start of the outage to its end. */
  readonly outage: Span;
  /** Milliseconds from sending to arriving, the middle of all of a flow sent within. */
  endToEndP50(flow: EffectClassName, span: Span): number;
  /** Those sent while it was out, without the first moment, in which some were under way. */
  duringOutage(): readonly Answer[];
}

/** One scene: what comes in, what breaks, and what must hold beyond "nothing lost, doubled or out of order". */
export interface Scene {
  readonly name: string;
  readonly what: string;
  flows(sizes: OutageSizes): readonly FlowLoad[];
  breakIt(stage: ChaosStage): Promise<void>;
  mend(stage: ChaosStage): Promise<void>;
  /** Looked at all the while; ended before the checks. */
  watch?(stage: ChaosStage): { stop(): Promise<readonly Check[]> };
  judge(observed: Observed): readonly Check[];
}

/** Plays a scene on a running stage: works, is out, works again, and everything is left to settle. */
export async function playScene(stage: ChaosStage, scene: Scene, sizes: OutageSizes, run: string): Promise<SceneFigures> {
  const load = startOutageLoad(stage, scene.flows(sizes), run);
  await rest(sizes.restMs);
  const watching = scene.watch?.(stage);
  await scene.breakIt(stage);
  const fromMs = preciseNow();
  await rest(sizes.outageMs);
  const toMs = preciseNow();
  await scene.mend(stage);
  await rest(sizes.restMs);
  await load.stop();
  const { answers } = load;
  const acknowledged = new Set(answers.filter(isTaken).map(({ id }) => id));
  const { parked } = await settleAll(stage, SETTLE_WITHIN_MS, acknowledged);
  const settledMs = preciseNow();
  const watched = (await watching?.stop()) ?? [];
  const verdict = await judgeChaos(stage.db, stage.sink, acknowledged);
  const arrivals = new Map(
    z
      .array(applied)
      .parse(await stage.sink.ask('log'))
      .map(({ id, atMs }) => [id, atMs]),
  );
  const observed: Observed = {
    answers,
    outage: { fromMs, toMs },
    duringOutage: () => answers.filter(({ sentMs }) => sentMs > fromMs + GRACE_MS && sentMs < toMs),
    endToEndP50: (flow, span) =>
      median(
        answers
          .filter((one) => one.class === flow && one.sentMs >= span.fromMs && one.sentMs < span.toMs && isTaken(one))
          .map(({ id, sentMs }) => (arrivals.get(id) ?? Number.POSITIVE_INFINITY) - sentMs),
      ),
  };
  const checks = [atLeast('acknowledged', acknowledged.size, 1), ...toChecks(verdict), ...scene.judge(observed), ...watched];
  return { ...toFigures(scene.name, answers, verdict), parked, settledAfterMs: settledMs - toMs, checks, explained: verdict.lost };
}

/** Whether an event was answered 2xx. */
export function isTaken({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

function toFigures(
  scene: string,
  answers: readonly Answer[],
  verdict: ChaosVerdict,
): Omit<SceneFigures, 'parked' | 'settledAfterMs' | 'checks' | 'explained'> {
  const refused: { [status: string]: number } = {};
  for (const { status } of answers.filter((one) => !isTaken(one))) refused[status] = (refused[status] ?? 0) + 1;
  const took = answers.map(({ tookMs }) => tookMs);
  return {
    scene,
    sent: answers.length,
    acknowledged: answers.filter(isTaken).length,
    ackP99Ms: quantile(took, 0.99),
    slowestMs: took.reduce((most, ms) => Math.max(most, ms), 0),
    refused,
    lost: sumOf(verdict, 'lost'),
    doubled: sumOf(verdict, 'doubled'),
    outOfOrder: sumOf(verdict, 'outOfOrder'),
  };
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
