import { StoreUnavailable } from './database.ts';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** The driver gives these no code: lost connections, and the pool's own time-out. */
const LOST_CONNECTION =
  /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|pool after calling end|is closed|read timeout/i;
/** Shut down or starting (57P), cut off (08), too many clients (53300), a standby (25006), the statement time-out (57014). */
const UNAVAILABLE_STATE = /^(08...|57P..|53300|25006|57014)$/;

/** SQLSTATE, or the operating system's code, of an error; null: it has none. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The statement was rolled back because of others (deadlock, serialization): repeating it is safe. */
export function isRolledBack(error: unknown): boolean {
  return sqlState(error)?.startsWith('40') ?? false;
}

/** Data that this row brought along cannot be stored (classes 22, 23 and 54): others of its batch can. */
export function isBadRow(error: unknown): boolean {
  return /^(22|23|54)...$/.test(sqlState(error) ?? '');
}

/** What lost or refused connections become; every other error is passed on as it is. */
export function toStoreFailure(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = sqlState(error);
  const known = code !== null && (UNREACHABLE.has(code) || UNAVAILABLE_STATE.test(code));
  const lost = error instanceof Error && LOST_CONNECTION.test(error.message);
  if (!known && !lost) return error;
  return new StoreUnavailable(
    `The store cannot be reached or cut the connection (${code ?? 'connection lost'}); it is tried again. Check that PostgreSQL runs and that store.url names it.`,
    { cause: error },
  );
}
