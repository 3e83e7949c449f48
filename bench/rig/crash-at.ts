import type { ChatClient } from '../../connectors/ports/chat.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { Database, Row, StatementOptions } from '../../store/driver/database.ts';

/** Ends this process by SIGKILL at a named point, or stops it by SIGSTOP: before or after a statement, a start or a call. */

/** Points at statements of the store, by a piece of their text. */
const STATEMENTS: { readonly [name: string]: RegExp } = {
  record: /prepare: record/,
  claim: /prepare: claim/,
  started: /update lease set started = true/,
  begin: /prepare: begin/,
  renew: /prepare: renew/,
  intent: /prepare: intents/,
  effect: /prepare: effects/,
  refill: /prepare: refill/,
  settle: /prepare: settle/,
  /** Closing it; counting failures of a connection that is open does not count. */
  gate: /into connection_gate as c [^)]*probe_at\)/,
};

const NEVER_AGAIN = -1;

/** When such a one finds nothing to take, that is no such point. */
const LOOKING = ['claim', 'begin', 'refill', 'renew'];

/** `<before|after>-<record|claim|started|begin|refill|renew|intent|effect|settle|gate|start|start-intake|send-<connection>>`; of several, the `skip`-th is left. */
export interface CrashPoint {
  /** Whether it is stopped there, to be let go on later, instead of ended. */
  readonly stalls: boolean;
  readonly when: 'before' | 'after';
  readonly what: string;
  readonly skip: number;
}

/** Reads `after-claim`, `after-settle:3` (the fourth time) or `stall-before-intent`; null of null. */
export function parseCrashPoint(text: string | null): CrashPoint | null {
  const found = /^(stall-)?(before|after)-([a-z-]+)(?::(\d+))?$/.exec(text ?? '');
  if (found === null) return null;
  return {
    stalls: found[1] !== undefined,
    when: found[2] === 'before' ? 'before' : 'after',
    what: found[3] ?? '',
    skip: Number(found[4] ?? 0),
  };
}

/** Wraps the parts of a process so that it ends at the point. */
export function createCrash(point: CrashPoint | null): {
  db(db: Database): Database;
  starter(starter: WorkflowStarter): WorkflowStarter;
  chat(name: string, client: ChatClient): ChatClient;
} {
  let left = point?.skip ?? 0;
  const end = (): void => {
    left = NEVER_AGAIN;
    if (point?.stalls) process.kill(process.pid, 'SIGSTOP');
    else die();
  };
  const around = async <T>(what: string, work: () => Promise<T>, counts: (result: T) => boolean = () => true): Promise<T> => {
    if (point?.what !== what) return work();
    if (point.when === 'before' && left === 0) end();
    const result = await work();
    if (!counts(result)) return result;
    if (left === 0) end();
    left -= 1;
    return result;
  };
  return {
    db: (db) => ({
      ...db,
      query<R extends Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<readonly R[]> {
        const what = Object.entries(STATEMENTS).find(([, pattern]) => pattern.test(text))?.[0] ?? '';
        return around(
          what,
          () => db.query<R>(text, values, options),
          (rows) => !LOOKING.includes(what) || rows.some((row) => row['deliveryId'] !== null),
        );
      },
    }),
    starter: (starter) => ({
      ...starter,
      startDelivery: (input, about) => around('start', () => starter.startDelivery(input, about)),
      startBatch: (input, about) => around('start', () => starter.startBatch(input, about)),
      startIntake: (id, input, deadlineMs) => around('start-intake', () => starter.startIntake(id, input, deadlineMs)),
    }),
    chat: (name, client) => ({ ...client, post: (input, send) => around(`send-${name}`, () => client.post(input, send)) }),
  };
}

/** Not an exit: nothing is flushed, closed or reported, as when the power goes. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('killed');
}
