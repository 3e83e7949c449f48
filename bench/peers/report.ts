import { atMost, toCheckLine } from '../rig/check.ts';
import { median } from '../rig/statistics.ts';
import { toTable } from '../rig/table.ts';
import { PROMISES } from './promises.ts';
import type { Check } from '../rig/check.ts';
import type { KillFigures } from './kill.ts';
import type { PeerName } from './peer.ts';
import type { RoundFigures } from './phases.ts';
import type { LeftOut } from './stage.ts';

/** What one peer came to. */
export interface PeerFigures {
  readonly name: PeerName;
  readonly rounds: readonly RoundFigures[];
  /** null: its process was not killed. */
  readonly kill: KillFigures | null;
}

/** How many times what ours does another one does; above 1 is better for ours, in each column. */
export interface Ratios {
  readonly name: PeerName;
  readonly acks: number;
  readonly delivered: number;
  /** Of end to end times the other way round: theirs ÷ ours. */
  readonly calm: number;
  /** Likewise of processor time, servers included. */
  readonly cpu: number;
}

/** Medians of the ratios of each round, whose phases lie near each other: a machine that others use is faster in one than in the next. */
export function compare(peers: readonly PeerFigures[]): readonly Ratios[] {
  const ours = peers.find(({ name }) => name === 'ours');
  if (ours === undefined) return [];
  return peers
    .filter((peer) => peer !== ours)
    .map((peer) => {
      const ratio = (read: (round: RoundFigures) => number): number =>
        median(ours.rounds.flatMap((round, index) => ratioOf(read(round), peer.rounds[index], read)));
      return {
        name: peer.name,
        acks: ratio((round) => round.acksPerSecond),
        delivered: ratio((round) => round.deliveredPerSecond),
        calm: 1 / ratio((round) => round.calmEndToEndP50Ms),
        cpu: 1 / ratio((round) => round.allCpuMsPerEvent ?? Number.NaN),
      };
    });
}

function ratioOf(ours: number, round: RoundFigures | undefined, read: (round: RoundFigures) => number): readonly number[] {
  return round === undefined ? [] : [ours / read(round)];
}

/** What must hold: of ours alone. The others promise less, and are shown for what they do. */
export function judgePeers(peers: readonly PeerFigures[]): readonly Check[] {
  const ours = peers.find(({ name }) => name === 'ours');
  if (ours === undefined) return [];
  const checks = [
    atMost('lost, ours', sum(ours.rounds.map(({ lost }) => lost)), 0),
    atMost('doubled, ours', sum(ours.rounds.map(({ doubled }) => doubled)), 0),
  ];
  if (ours.kill === null) return checks;
  const { lost, waiting, doubled, outOfOrder } = ours.kill;
  return [
    ...checks,
    atMost('lost when its process is killed, ours', lost + waiting, 0),
    atMost('doubled when its process is killed, ours', doubled, 0),
    atMost('out of order when its process is killed, ours', outOfOrder, 0),
  ];
}

/** How much else went on: figures of a busy machine say little. */
export interface Machine {
  readonly cores: number;
  /** Processes that wanted to run, over the last minute, before and after. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** What is shown beside the figures. */
export interface Rest {
  readonly machine: Machine;
  readonly leftOut: readonly LeftOut[];
  readonly checks: readonly Check[];
}

/** The figures as text for people. */
export function toPeersText(peers: readonly PeerFigures[], rest: Rest): string {
  const { machine, leftOut, checks } = rest;
  const parts = [
    toMachineLine(machine),
    tableOf(HEAD, peers.filter(({ rounds }) => rounds.length > 0).map(toRow)),
    tableOf(RATIO_HEAD, compare(peers).map(toRatioRow)),
    tableOf(
      KILL_HEAD,
      peers.flatMap(({ name, kill }) => (kill === null ? [] : [toKillRow(name, kill)])),
    ),
    peers.map(({ name }) => `${name}: ${PROMISES[name]}`).join('\n'),
    leftOut.map(({ name, why }) => `left out: ${name}: ${why}`).join('\n'),
    checks.map((check) => toCheckLine(check)).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Nothing where it would have no rows. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : toTable([head, ...rows]);
}

function toMachineLine({ cores, loadBefore, loadAfter }: Machine): string {
  return `${cores} cores; load ${loadBefore.toFixed(1)} before the run, ${loadAfter.toFixed(1)} after it (of which some is its own)`;
}

const HEAD = [
  'peer',
  'acks/s',
  'ack p50 ms',
  'burst acks/s',
  'delivered/s',
  'calm e2e p50',
  'p99',
  'CPU ms/ev.',
  'with servers',
  'RSS MB',
  'lost',
  'doubled',
  'refused',
];

function toRow({ name, rounds }: PeerFigures): readonly string[] {
  const middle = (read: (round: RoundFigures) => number): number => median(rounds.map(read));
  return [
    name,
    middle((round) => round.acksPerSecond).toFixed(0),
    middle((round) => round.ackP50Ms).toFixed(1),
    middle((round) => round.burstAcksPerSecond).toFixed(0),
    middle((round) => round.deliveredPerSecond).toFixed(0),
    middle((round) => round.calmEndToEndP50Ms).toFixed(1),
    middle((round) => round.calmEndToEndP99Ms).toFixed(1),
    middle((round) => round.cpuMsPerEvent).toFixed(2),
    figure(middle((round) => round.allCpuMsPerEvent ?? Number.NaN)),
    middle((round) => round.rssMb).toFixed(0),
    String(sum(rounds.map(({ lost }) => lost))),
    String(sum(rounds.map(({ doubled }) => doubled))),
    String(sum(rounds.map(({ refused }) => refused))),
  ];
}

const RATIO_HEAD = ['ours ÷ theirs (time, CPU: theirs ÷ ours)', 'acks/s', 'delivered/s', 'calm e2e', 'CPU'];

function toRatioRow({ name, acks, delivered, calm, cpu }: Ratios): readonly string[] {
  return [name, figure(acks), figure(delivered), figure(calm), figure(cpu)];
}

const KILL_HEAD = [
  'killed in the middle',
  'acknowledged',
  'lost',
  'still waiting',
  'doubled',
  'out of order',
  'looked for',
  'drained after s',
];

function toKillRow(name: PeerName, kill: KillFigures): readonly string[] {
  const { acknowledged, lost, waiting, doubled, outOfOrder, looks, drainedAfterS } = kill;
  return [name, ...[acknowledged, lost, waiting, doubled, outOfOrder, looks].map(String), drainedAfterS.toFixed(1)];
}

function figure(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
