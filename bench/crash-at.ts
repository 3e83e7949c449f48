import type { Connections } from '../activities/operation.ts';
import type { WorkflowStarter } from '../inbox/starter.ts';
import type { Database, Row } from '../store/database.ts';

/** Ends this process by SIGKILL at a named point: before or after a statement, a start or a call. */

/** Points at statements of the store, by a piece of their text. */
const STATEMENTS: { readonly [name: string]: RegExp } = {
  record: /prepare: record/,
  claim: /prepare: claim/,
  started: /update lease set started = true/,
  begin: /prepare: begin/,
  intent: /prepare: intents/,
  effect: /prepare: effects/,
  settle: /prepare: settle/,
};

/** `<before|after>-<record|claim|started|begin|intent|effect|settle|start|start-intake|send>`; of several, the `skip`-th is left. */
export interface CrashPoint {
  readonly when: 'before' | 'after';
  readonly what: string;
  readonly skip: number;
}

/** Reads `after-claim` or `after-settle:3` (the fourth time); null of null. */
export function parseCrashPoint(text: string | null): CrashPoint | null {
  const found = /^(before|after)-([a-z-]+)(?::(\d+))?$/.exec(text ?? '');
  if (found === null) return null;
  return { when: found[1] === 'before' ? 'before' : 'after', what: found[2] ?? '', skip: Number(found[3] ?? 0) };
}

/** Wraps the parts of a process so that it ends at the point. */
export function createCrash(point: CrashPoint | null): {
  db(db: Database): Database;
  starter(starter: WorkflowStarter): WorkflowStarter;
  connections(connections: Connections): Connections;
} {
  let left = point?.skip ?? 0;
  const around = async <T>(what: string, work: () => Promise<T>, counts: (result: T) => boolean = () => true): Promise<T> => {
    if (point?.what !== what) return work();
    if (point.when === 'before' && left === 0) die();
    const result = await work();
    if (!counts(result)) return result;
    if (left === 0) die();
    left -= 1;
    return result;
  };
  return {
    db: (db) => ({
      ...db,
      query<R extends Row>(text: string, values?: readonly unknown[]): Promise<readonly R[]> {
        const what = Object.entries(STATEMENTS).find(([, pattern]) => pattern.test(text))?.[0] ?? '';
        // A claim or a begin that finds nothing is no such point.
        return around(
          what,
          () => db.query<R>(text, values),
          (rows) => rows.length > 0,
        );
      },
    }),
    starter: (starter) => ({
      ...starter,
      startDelivery: (input, about) => around('start', () => starter.startDelivery(input, about)),
      startBatch: (input, about) => around('start', () => starter.startBatch(input, about)),
      startIntake: (id, input, deadlineMs) => around('start-intake', () => starter.startIntake(id, input, deadlineMs)),
    }),
    connections: (connections) => ({
      ...connections,
      chat(name) {
        const client = connections.chat(name);
        return { ...client, post: (input, send) => around('send', () => client.post(input, send)) };
      },
    }),
  };
}

/** Not an exit: nothing is flushed, closed or reported, as when the power goes. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}
