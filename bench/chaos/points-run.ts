import { openPointsStage } from './points-stage.ts';
import { walkPoint } from './points-walk.ts';
import { POINTS } from './points.ts';
import { sumOf } from './judge.ts';
import { toTable } from '../rig/table.ts';
import type { PointsOptions, PointsStage } from './points-stage.ts';
import type { Walked } from './points-walk.ts';
import type { Control } from './settings.ts';
import type { Point } from './points.ts';

/** A point is mostly waiting: for leases, time-outs and send windows. */
const SIDE_BY_SIDE = 8;

/** A walk along points. */
export interface PointsRun extends PointsOptions {
  /** Names of points; null: all. */
  readonly only: readonly string[] | null;
  readonly control: Control;
}

/** What one point came to. */
export interface PointResult {
  readonly name: string;
  readonly seconds: number;
  /** null: it could not be walked to its end. */
  readonly walked: Walked | null;
  readonly error: string | null;
}

/** What the walk came to. */
export interface PointsReport {
  readonly clean: boolean;
  readonly seconds: number;
  readonly points: readonly PointResult[];
  readonly text: string;
}

/** Walks crash points, several side by side. Throws where a point is named that there is not. */
export async function runPoints(run: PointsRun): Promise<PointsReport> {
  const startMs = performance.now();
  const queue = choosePoints(run.only);
  const order = queue.map(({ name }) => name);
  const stage = await openPointsStage(run);
  const points: PointResult[] = [];
  const walkOn = async (): Promise<void> => {
    for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
      const result = await walkOne(stage, point, run.control);
      points.push(result);
      run.progress(
        `${points.length} of ${order.length}: ${point.name}, ${isOk(result) ? 'ok' : 'NOT OK'} after ${result.seconds.toFixed(0)} s`,
      );
    }
  };
  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, walkOn));
  } finally {
    await stage.close();
  }
  points.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const clean = points.every(isOk);
  const seconds = (performance.now() - startMs) / 1000;
  return { clean, seconds, points, text: toText(points, seconds) };
}

/** The points of these names; null: all. Throws where there is none of a name. */
export function choosePoints(only: readonly string[] | null): Point[] {
  if (only === null) return [...POINTS];
  return only.map((name) => {
    const found = POINTS.find((point) => point.name === name);
    if (found !== undefined) return found;
    throw new Error(`There is no point ${name}; there are ${POINTS.map((point) => point.name).join(', ')}.`);
  });
}

/** Walks one point; `control`: with that part switched off, to see that it then goes wrong. */
export async function walkOne(stage: PointsStage, point: Point, control: Control): Promise<PointResult> {
  const startMs = performance.now();
  const since = (): number => (performance.now() - startMs) / 1000;
  try {
    const lane = await stage.openLane(point, control);
    const walked = await walkPoint(lane, point).finally(() => lane.close());
    return { name: point.name, walked, error: null, seconds: since() };
  } catch (error) {
    return { name: point.name, walked: null, error: error instanceof Error ? error.message : 'unknown', seconds: since() };
  }
}

function toText(points: readonly PointResult[], seconds: number): string {
  const head = ['point', 'hit', 'acknowledged', 'lost', 'doubled', 'out of order', 'parked', 'seconds', 'ok'];
  const wrong = points.filter((point) => !isOk(point)).map(explain);
  const end = wrong.length === 0 ? 'every point was hit, and nothing lost, doubled or out of order' : `${wrong.length} POINTS WENT WRONG`;
  return [toTable([head, ...points.map(toRow)]), '', ...wrong, `${points.length} points in ${seconds.toFixed(0)} s: ${end}`, ''].join('\n');
}

function toRow(point: PointResult): readonly string[] {
  const { walked } = point;
  const sum = (figure: 'acknowledged' | 'lost' | 'doubled' | 'outOfOrder'): string =>
    walked === null ? '?' : String(sumOf(walked.verdict, figure));
  return [
    point.name,
    walked?.hit ? 'yes' : 'NO',
    sum('acknowledged'),
    sum('lost'),
    sum('doubled'),
    sum('outOfOrder'),
    String(Object.values(walked?.parked ?? {}).reduce((total, count) => total + count, 0)),
    point.seconds.toFixed(0),
    isOk(point) ? 'ok' : 'NOT OK',
  ];
}

function isOk({ walked }: PointResult): boolean {
  return walked?.ok ?? false;
}

function explain({ name, walked, error }: PointResult): string {
  if (walked === null) return `${name}: ${error ?? ''}`;
  const classes = walked.verdict.classes.map(
    (one) =>
      `${one.class}: arrived ${one.arrived} of ${one.acknowledged}, lost ${one.lost}, doubled ${one.doubled}, out of order ${one.outOfOrder}`,
  );
  const { writesByOlderAttempts, counterDrift, openLeases, unsettled, lost } = walked.verdict;
  const rest = `writes by older attempts ${writesByOlderAttempts}, counters that drifted ${counterDrift}, open leases ${openLeases}, unsettled ${unsettled}`;
  return [`${name}: ${walked.hit ? 'hit' : 'NOT HIT'}; ${classes.join('; ')}; ${rest}`, ...lost.map((text) => `  lost: ${text}`)].join(
    '\n',
  );
}
