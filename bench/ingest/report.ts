import { atLeast, atMost, toCheckLine } from '../rig/check.ts';
import { median } from '../rig/statistics.ts';
import { toTable } from '../rig/table.ts';
import type { Check } from '../rig/check.ts';
import type { AckFigures, DeliveryFigures } from './phases.ts';
import type { SystemName } from './settings.ts';

/** What one system came to. */
export interface SystemFigures {
  readonly system: SystemName;
  /** One for each round. */
  readonly acks: readonly AckFigures[];
  readonly burst: DeliveryFigures | null;
  readonly calm: DeliveryFigures | null;
  /** Acknowledged and not found at the sink, in all phases. */
  readonly lost: number;
}

/** What must hold (docs/performance.md); a system that was not run is not judged. */
export function judgeIngest(systems: readonly SystemFigures[]): readonly Check[] {
  const of = (name: SystemName): SystemFigures | undefined => systems.find(({ system }) => system === name);
  const checks: Check[] = [];
  for (const [name, least] of [
    ['postgres', 0.85],
    ['pglite', 0.55],
  ] as const) {
    if (of(name) !== undefined) checks.push(atLeast(`acks/s, ${name} ÷ floor`, ackRatio(of(name), of('floor')), least));
  }
  const bare = of('bare');
  const ours = of('postgres') ?? of('pglite');
  if (ours !== undefined && bare !== undefined) {
    const calmRatio = (ours.calm?.endToEndP50Ms ?? Number.NaN) / (bare.calm?.endToEndP50Ms ?? Number.NaN);
    checks.push(
      atLeast(`delivered/s in the burst, ${ours.system} ÷ bare`, rate(ours.burst) / rate(bare.burst), 20),
      atMost(`actions a delivery in the burst, ${ours.system}`, ours.burst?.actionsPerDelivery ?? Number.NaN, 0.03),
      atMost(`end to end p50 when calm, ${ours.system} ÷ bare`, calmRatio, 1.5),
    );
  }
  for (const { system, lost, burst, calm } of systems) {
    checks.push(atMost(`lost, ${system}`, lost, 0));
    if (system !== 'bare') checks.push(atMost(`doubled, ${system}`, (burst?.doubled ?? 0) + (calm?.doubled ?? 0), 0));
  }
  return checks;
}

/** The figures as text for people. */
export function toIngestText(systems: readonly SystemFigures[], checks: readonly Check[]): string {
  const rows = systems.map((one) => [
    one.system,
    whole(acksOf(one)),
    tenth(median(one.acks.map(({ ackP50Ms }) => ackP50Ms))),
    tenth(median(one.acks.map(({ ackP99Ms }) => ackP99Ms))),
    whole(one.burst?.acksPerSecond),
    whole(one.burst?.deliveredPerSecond),
    whole(one.burst?.endToEndP50Ms),
    whole(one.burst?.endToEndP99Ms),
    one.burst === null ? '–' : one.burst.actionsPerDelivery.toFixed(3),
    tenth(one.calm?.endToEndP50Ms),
    tenth(one.calm?.endToEndP99Ms),
    whole(one.burst?.rssMb),
    one.burst === null ? '–' : one.burst.cpuMsPerEvent.toFixed(2),
  ]);
  const head = [
    'system',
    'acks/s',
    'p50 ms',
    'p99 ms',
    'burst acks/s',
    'delivered/s',
    'e2e p50',
    'e2e p99',
    'actions/del.',
    'calm e2e p50',
    'p99',
    'RSS MB',
    'CPU ms/ev.',
  ];
  const lines = checks.map((check) => toCheckLine(check));
  return `${toTable([head, ...rows])}\n\n${lines.join('\n')}\n`;
}

/** Of each round, whose phases lie beside each other: a machine that others use is faster in one round than in the next. */
function ackRatio(ours: SystemFigures | undefined, floor: SystemFigures | undefined): number {
  const ratios = (ours?.acks ?? []).map(({ acksPerSecond }, round) => acksPerSecond / (floor?.acks[round]?.acksPerSecond ?? Number.NaN));
  return median(ratios);
}

function acksOf(figures: SystemFigures | undefined): number {
  return median(figures?.acks.map(({ acksPerSecond }) => acksPerSecond) ?? []);
}

function rate(figures: DeliveryFigures | null): number {
  return figures?.deliveredPerSecond ?? Number.NaN;
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : String(Math.round(value));
}

function tenth(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(1);
}
