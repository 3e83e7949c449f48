import type { ChaosSettings } from './settings.ts';

/** How groups are handed over at a point. */
export type PointWay = NonNullable<ChaosSettings['only']>;

/** How much is sent at a point: records of each class, and events of each record. */
export interface PointLoad {
  readonly records: number;
  readonly events: number;
}

/** One place in the way of an event at which a process ends. */
export interface Point {
  readonly name: string;
  readonly way: PointWay;
  readonly member: 'server' | 'worker';
  /** See `crash-at.ts`; null: it is told to end by SIGTERM, in the middle of its work. */
  readonly crashAt: string | null;
  readonly load: PointLoad;
  /** Groups that a batch is started with; left out: as usual. */
  readonly batchGroups?: number;
  /** Whether the store is down while events come in. */
  readonly storeDown: boolean;
  /** Whether it leaves a `once` effect of which nobody knows: it has to be parked. */
  readonly parks: boolean;
  /** What the remote system does until the process has ended. */
  readonly sink: { readonly refuse: number; readonly cut: number; readonly slowMs?: number };
}

/** Several records and several events of each, so that a batch has several groups and a group several events. */
const USUAL: Omit<Point, 'name' | 'way' | 'member' | 'crashAt'> = {
  load: { records: 2, events: 3 },
  storeDown: false,
  parks: false,
  sink: { refuse: 0, cut: 0 },
};
const BOTH = ['before', 'after'] as const;
/** Long groups, one of each class: from the second commit to the last but one, some group is half done. */
const LONG = { load: { records: 1, events: 5 } };
/** With one group in a batch, its settling is the last thing before the batch's end. */
const SINGLE = { load: { records: 1, events: 1 } };
/** More groups than a batch is started with: it takes the rest itself. */
const MANY = { load: { records: 40, events: 2 }, batchGroups: 4 };
/** More groups than a batch runs side by side, and a slow remote system: some are under way and some not begun. */
const LARGE = { load: { records: 40, events: 2 }, sink: { refuse: 0, cut: 0, slowMs: 700 } };

/** Every crash point, in the order of an event's way. */
export const POINTS: readonly Point[] = [
  ...around('receive', 'record', 'server', 'batch'),
  ...around('receive', 'start-intake', 'server', 'batch', { storeDown: true }),
  ...around('intake', 'record', 'worker', 'batch', { storeDown: true }),
  ...handOver('batch'),
  ...handOver('delivery'),
  ...steps('batch', ['begin', 'intent', 'effect', 'settle']),
  ...around('batch', 'refill', 'worker', 'batch', MANY),
  crash('batch/refilled-settled', 'worker', 'batch', 'after-settle:3', MANY),
  ...steps('delivery', ['begin', 'renew', 'intent', 'effect', 'settle']),
  ...sends('batch', ['natural', 'keyed', 'marked']),
  ...sends('delivery', ['marked']),
  crash('batch/middle-of-group', 'worker', 'batch', 'after-effect:2', LONG),
  crash('delivery/middle-of-group', 'worker', 'delivery', 'after-effect:2', LONG),
  crash('batch/settled-not-ended', 'worker', 'batch', 'after-settle', SINGLE),
  ...around('batch', 'gate', 'worker', 'batch', { sink: { refuse: 1, cut: 0 } }),
  { ...USUAL, ...LARGE, name: 'batch/shutdown', way: 'batch', member: 'worker', crashAt: null },
];

function handOver(way: PointWay): readonly Point[] {
  return [
    crash(`${way}/after-claim`, 'server', way, 'after-claim'),
    ...around(way, 'start', 'server', way),
    ...around(way, 'started', 'server', way),
  ];
}

function steps(way: PointWay, names: readonly string[]): readonly Point[] {
  return names.flatMap((name) => around(way, name, 'worker', way));
}

/** What is left by a call that was made, or not, is resolved by the effect's class. */
function sends(way: PointWay, classes: readonly string[]): readonly Point[] {
  return [
    ...classes.map((name) => crash(`${way}/after-send-${name}`, 'worker', way, `after-send-${name}`)),
    ...around(way, 'send-once', 'worker', way, { parks: true }),
  ];
}

function around(phase: string, what: string, member: Point['member'], way: PointWay, special: Partial<Point> = {}): readonly Point[] {
  return BOTH.map((when) => crash(`${phase}/${when}-${what}`, member, way, `${when}-${what}`, special));
}

function crash(name: string, member: Point['member'], way: PointWay, crashAt: string, special: Partial<Point> = {}): Point {
  return { ...USUAL, ...special, name, way, member, crashAt };
}
