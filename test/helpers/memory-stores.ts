import { QueueFull } from '../../store/group-commit.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import type { ParkedRequest, RecordedRow, RecordRow, Stores } from '../../server/ports.ts';

/** What the store may do to a request in a test. */
export type Weather = 'up' | 'down' | 'hanging' | 'full' | 'poisoned' | 'mistaken';

/** Stores in memory whose weather a test makes; deduplicates as the inbox does. */
export interface MemoryStores extends Stores {
  readonly rows: Map<string, RecordRow>;
  readonly parked: ParkedRequest[];
  readonly intake: RecordRow[];
  readonly calls: { record: number; fallback: number };
  store: Weather;
  temporal: 'up' | 'down' | 'hanging';
  /** Lets recording wait for this before it stores. */
  hold: Promise<void>;
}

const never = (): Promise<never> => new Promise(() => undefined);

export function createMemoryStores(): MemoryStores {
  const stores: MemoryStores = {
    rows: new Map(),
    parked: [],
    intake: [],
    calls: { record: 0, fallback: 0 },
    store: 'up',
    temporal: 'up',
    hold: Promise.resolve(),
    async record(rows) {
      stores.calls.record += 1;
      await stores.hold;
      await meet(stores.store);
      return rows.map((row) => insert(stores.rows, row));
    },
    async fallback(rows) {
      stores.calls.fallback += 1;
      if (stores.temporal === 'hanging') await never();
      if (stores.temporal === 'down') throw new Error('Temporal is away');
      stores.intake.push(...rows);
    },
    async park(request) {
      await meet(stores.store);
      stores.parked.push(request);
    },
    probeStore: () => meet(stores.store),
    async probeFallback() {
      if (stores.temporal !== 'up') throw new Error('Temporal is away');
    },
  };
  return stores;
}

function insert(rows: Map<string, RecordRow>, row: RecordRow): RecordedRow {
  const key = `${row.connection}/${row.dedupe.toString('hex')}`;
  const fresh = !rows.has(key);
  if (fresh) rows.set(key, row);
  return { eventId: String([...rows.keys()].indexOf(key) + 1), fresh };
}

async function meet(weather: Weather): Promise<void> {
  if (weather === 'hanging') await never();
  if (weather === 'down') throw new StoreUnavailable('The test took the store away.');
  if (weather === 'full') throw new QueueFull('The test filled the queue.');
  if (weather === 'poisoned') throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
  if (weather === 'mistaken') throw new TypeError('A mistake of ours.');
}
