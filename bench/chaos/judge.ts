import { z } from 'zod';
import { findCounterDrift } from '../../store/inbox/counter-drift.ts';
import { applied, CLASSES } from './settings.ts';
import { atMost } from '../rig/check.ts';
import { countLateWrites } from './watch.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Check } from '../rig/check.ts';
import type { Child } from '../rig/child.ts';
import type { EffectClassName } from './settings.ts';

/** What a fault run came to, for one class of effect. */
export interface ClassVerdict {
  readonly class: EffectClassName;
  readonly acknowledged: number;
  readonly arrived: number;
  /** Acknowledged, not carried out, and not ended by an operator. */
  readonly lost: number;
  /** Carried out more than once; for `natural` effects that changes nothing, and it is `repeated`. */
  readonly doubled: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  /** Ended by an operator before they were sent. */
  readonly ended: number;
}

/** What the whole run came to. */
export interface ChaosVerdict {
  readonly classes: readonly ClassVerdict[];
  /** Intents that an attempt wrote, or took up again, after its key had gone to a newer one; see `chaos-watch.ts`. */
  readonly writesByOlderAttempts: number;
  readonly counterDrift: number;
  readonly openLeases: number;
  readonly unsettled: number;
  /** What the store says of those that were lost, at most twenty. */
  readonly lost: readonly string[];
}

type StoredDelivery = {
  readonly id: string;
  readonly state: number;
  readonly class: string;
  readonly record: string;
  readonly outcome: string | null;
};

const TERMINATED = 5;
const MOST_SHOWN = 20;

/** Of all classes together. */
export function sumOf({ classes }: ChaosVerdict, of: 'acknowledged' | 'lost' | 'doubled' | 'outOfOrder'): number {
  return classes.reduce((sum, one) => sum + one[of], 0);
}

/** What must hold of every fault run. */
export function toChecks(verdict: ChaosVerdict): readonly Check[] {
  return [
    atMost('lost', sumOf(verdict, 'lost'), 0),
    atMost('doubled', sumOf(verdict, 'doubled'), 0),
    atMost('out of the order of recording', sumOf(verdict, 'outOfOrder'), 0),
    atMost('unsettled, open leases, drifted counters', verdict.unsettled + verdict.openLeases + verdict.counterDrift, 0),
    atMost('writes by older attempts', verdict.writesByOlderAttempts, 0),
  ];
}

/** Compares what was acknowledged, what the store holds, and what the sink carried out. */
export async function judgeChaos(db: Database, sink: Child, acknowledged: ReadonlySet<string>): Promise<ChaosVerdict> {
  const log = z.array(applied).parse(await sink.ask('log'));
  const stored = await db.query<StoredDelivery>(
    `select e.record || '/' || e.topic as id, d.state, d.flow as class, e.record, d.outcome from delivery d join event e on e.id = d.event_id order by d.id`,
  );
  return {
    classes: CLASSES.map((name) =>
      judgeClass(
        name,
        stored.filter((one) => one.class === name),
        log.filter((one) => one.class === name).map(({ id }) => id),
        acknowledged,
      ),
    ),
    writesByOlderAttempts: await countLateWrites(db),
    counterDrift: (await findCounterDrift(db)).length,
    openLeases: await count(db, 'select 1 from lease where open'),
    unsettled: await count(db, 'select 1 from delivery where state < 2'),
    lost: explainLost(stored, new Set(log.map(({ id }) => id)), acknowledged),
  };
}

function explainLost(
  stored: readonly StoredDelivery[],
  arrived: ReadonlySet<string>,
  acknowledged: ReadonlySet<string>,
): readonly string[] {
  const byId = new Map(stored.map((one) => [one.id, one]));
  const lost = [...acknowledged].filter((id) => !arrived.has(id) && byId.get(id)?.state !== TERMINATED);
  return lost.slice(0, MOST_SHOWN).map((id) => {
    const one = byId.get(id);
    return one === undefined ? `${id}: not in the store` : `${id}: state ${one.state}, ${one.outcome ?? 'no outcome'}`;
  });
}

/** Whether nothing went wrong. */
export function isClean(verdict: ChaosVerdict): boolean {
  return toChecks(verdict).every(({ ok }) => ok) && verdict.classes.every(({ arrived }) => arrived > 0);
}

function judgeClass(
  name: EffectClassName,
  stored: readonly StoredDelivery[],
  log: readonly string[],
  acknowledged: ReadonlySet<string>,
): ClassVerdict {
  const arrived = new Set(log);
  const own = [...acknowledged].filter((id) => id.startsWith(`${name}:`));
  const endedByOperator = new Set(stored.filter(({ id, state }) => state === TERMINATED && !arrived.has(id)).map(({ id }) => id));
  const more = log.length - arrived.size;
  return {
    class: name,
    acknowledged: own.length,
    arrived: arrived.size,
    lost: own.filter((id) => !arrived.has(id) && !endedByOperator.has(id)).length,
    doubled: name === 'natural' ? 0 : more,
    repeated: name === 'natural' ? more : 0,
    outOfOrder: countOutOfOrder(stored, [...arrived]),
    ended: endedByOperator.size,
  };
}

/** Within each record the first arrivals must come in the order of recording. */
function countOutOfOrder(stored: readonly StoredDelivery[], arrivals: readonly string[]): number {
  const placeOf = new Map(stored.map(({ id }, place) => [id, place]));
  const newest = new Map<string, number>();
  let wrong = 0;
  for (const id of arrivals) {
    const record = id.slice(0, id.indexOf('/'));
    const place = placeOf.get(id) ?? -1;
    if (place < (newest.get(record) ?? -1)) wrong += 1;
    else newest.set(record, place);
  }
  return wrong;
}

async function count(db: Database, query: string): Promise<number> {
  return (await db.query(query)).length;
}
