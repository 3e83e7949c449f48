import { FAULTS } from './faults.ts';
import { isClean, judgeChaos } from './judge.ts';
import { startChaosLoad } from './load.ts';
import { settleAll } from './settle.ts';
import { openChaosStage } from './stage.ts';
import { toTable } from '../rig/table.ts';
import { quantile } from '../rig/statistics.ts';
import type { ChaosVerdict } from './judge.ts';
import type { Control } from './settings.ts';

const LOAD = { conversations: 6, perSecond: 60 };
const BETWEEN_FAULTS_MS = 3000;
const SETTLE_WITHIN_MS = 240_000;

/** What a run of faults takes. */
export interface FaultRun {
  readonly temporalCliPath: string;
  readonly path: string;
  readonly control: Control;
  /** Names of faults; null: all. */
  readonly only: readonly string[] | null;
  progress(text: string): void;
  readonly onLog?: (text: string) => void;
}

/** What a run of faults came to. */
export interface FaultReport {
  readonly clean: boolean;
  readonly sent: number;
  readonly acknowledged: number;
  readonly ackP99Ms: number;
  readonly parked: { readonly [code: string]: number };
  readonly verdict: ChaosVerdict;
  readonly text: string;
}

/** Breaks things in turn under load, lets everything settle, and judges. */
export async function runFaults(run: FaultRun): Promise<FaultReport> {
  const faults = FAULTS.filter(({ name }) => run.only?.includes(name) ?? true);
  const stage = await openChaosStage(run, { servers: 2, workers: 2 });
  try {
    const load = startChaosLoad(stage, LOAD);
    for (const fault of faults) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_FAULTS_MS));
      run.progress(fault.what);
      await fault.run(stage);
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_FAULTS_MS));
    await load.stop();
    await stage.sink.ask('faults', { refuse: 0, cut: 0 });
    run.progress(`${load.sent()} sent, ${load.acknowledged.size} acknowledged; waiting until all is settled`);
    const { parked } = await settleAll(stage, SETTLE_WITHIN_MS, load.acknowledged);
    const verdict = await judgeChaos(stage.db, stage.sink, load.acknowledged);
    const figures = { sent: load.sent(), acknowledged: load.acknowledged.size, ackP99Ms: quantile(load.ackMs, 0.99), parked, verdict };
    const clean = isClean(verdict);
    return { ...figures, clean, text: toText(figures, clean) };
  } finally {
    await stage.close();
  }
}

function toText({ verdict, parked, sent, acknowledged, ackP99Ms }: Omit<FaultReport, 'text' | 'clean'>, clean: boolean): string {
  const head = ['class', 'acknowledged', 'arrived', 'lost', 'doubled', 'repeated', 'out of order', 'ended by operator'];
  const rows = verdict.classes.map((one) => [
    one.class,
    ...[one.acknowledged, one.arrived, one.lost, one.doubled, one.repeated, one.outOfOrder, one.ended].map(String),
  ]);
  const codes = Object.entries(parked).map(([code, count]) => `${count} × ${code}`);
  return [
    toTable([head, ...rows]),
    '',
    `${sent} sent, ${acknowledged} acknowledged, ack p99 ${ackP99Ms.toFixed(0)} ms`,
    `parked and decided: ${codes.length === 0 ? 'none' : codes.join(', ')}`,
    `writes by older attempts ${verdict.writesByOlderAttempts}, counters that drifted ${verdict.counterDrift}, open leases ${verdict.openLeases}, unsettled ${verdict.unsettled}`,
    ...verdict.lost.map((text) => `lost: ${text}`),
    clean ? 'nothing lost, doubled or out of order' : 'SOMETHING WENT WRONG: see the figures above that are not 0',
    '',
  ].join('\n');
}
