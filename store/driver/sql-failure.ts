import { StoreUnavailable } from './database.ts';
import { Silence } from './silence.ts';

/** Five characters; none begins with E, as the operating system's codes do. */
const SQLSTATE = /^[0-9A-DF-Z][0-9A-Z]{4}$/;
/** Values that cannot be stored: data exceptions (22), constraints (23), program limits (54). */
const BAD_ROW = /^(22|23|54)/;
/** Rolled back because of others: deadlock, serialization. */
const ROLLED_BACK = /^40/;
/**
 * The session is gone or of no use: cut off (08), read-only, so that the address may lead to another server by now (25006), ended while a
 * transaction was idle (25P03), shut down or starting (57P), prepared statements that no longer fit (0A000, 26000).
 */
const LOST_SESSION = /^(08...|25006|25P03|57P..|0A000|26000)$/;
/** After these the session ends, or, embedded, answers nothing any more. */
const FINAL_SEVERITY = new Set(['FATAL', 'PANIC']);

/** What a code means, and what to do; the first that fits. */
const CAUSES: readonly (readonly [pattern: RegExp, cause: string, todo: string])[] = [
  [/^53100$/, 'its disk is full', 'Make room on its disk.'],
  [/^53200$/, 'it is out of memory', 'Give it more memory, or less to do.'],
  [/^53300$/, 'it has no connection left', 'Raise max_connections, or find out who holds them: each server and worker takes up to 17.'],
  [/^25006$/, 'it can only be read, as a standby', 'See to it that store.url leads to the primary.'],
  [/^28...$/, 'it refuses the user or the password', 'Set the present password in store.url and restart.'],
  [/^3D000$/, 'the database does not exist', 'Restore it, or correct store.url.'],
  [
    /^(42P01|42703|42883|3F000)$/,
    'our tables are missing or of another version',
    'Restore them; a start of deskbridge server brings them up to date.',
  ],
  [/^42501$/, 'our user lacks a right', 'Grant it the rights on our tables again.'],
  [/^(57014|55P03)$/, 'a statement took too long', 'Look for locks and for long transactions.'],
  [/^(58...|XX...)$/, 'its files cannot be read or written', 'Look at its log and its disk.'],
  [/^57P..$/, 'it is stopping or starting', 'Wait; if it goes on, look at its log.'],
];

/** SQLSTATE of an error; null: it has none, as lost connections. */
export function sqlState(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && SQLSTATE.test(code) ? code : null;
}

/** The statement was rolled back because of others (deadlock, serialization): repeating it is safe. */
export function isRolledBack(error: unknown): boolean {
  return ROLLED_BACK.test(sqlState(error) ?? '');
}

/** Data that this row brought along cannot be stored (classes 22, 23 and 54): others of its batch can. */
export function isBadRow(error: unknown): boolean {
  return BAD_ROW.test(sqlState(error) ?? '');
}

/** Whether the connection on which the driver's error came is of no use any more. */
export function losesConnection(error: unknown): boolean {
  const code = sqlState(error);
  return code === null || LOST_SESSION.test(code) || hasFinalSeverity(error);
}

/**
 * What the driver's errors become. Those of values, and roll-backs because of others, are passed on as they are. All others, known or
 * not, are no fault of what was to be stored: the store counts as away. `whatToDo`: where nothing more is known.
 */
export function toStoreFailure(error: unknown, whatToDo: string): unknown {
  if (error instanceof StoreUnavailable || isBadRow(error) || isRolledBack(error)) return error;
  const [cause, todo] = explain(error, whatToDo);
  return new StoreUnavailable(`The store is away: ${cause}. It is tried again by itself. ${todo}`, { cause: error });
}

function explain(error: unknown, whatToDo: string): readonly [cause: string, todo: string] {
  if (error instanceof Silence) return [`it did not answer within ${error.afterMs} ms`, whatToDo];
  const code = codeOf(error);
  if (code === null) return ['it cannot be reached, or the connection was cut', whatToDo];
  const [, cause, todo] = CAUSES.find(([pattern]) => pattern.test(code)) ?? [];
  if (cause !== undefined && todo !== undefined) return [`${cause} (${code})`, todo];
  if (sqlState(error) === null) return [`it cannot be reached, or the connection was cut (${code})`, whatToDo];
  return [`it refused a statement (SQLSTATE ${code})`, 'Look at its log at this time; its documentation lists the codes.'];
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

function hasFinalSeverity(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && typeof error.severity === 'string' && FINAL_SEVERITY.has(error.severity);
}
