/** A row as the driver gives it; every query file narrows its own. */
export type Row = { readonly [column: string]: unknown };

/** How a statement is to be run. */
export interface StatementOptions {
  /**
   * Milliseconds after which the statement is given up, with the connection it runs on; its outcome is unknown then. Left out: what the
   * store grants an ordinary one, some seconds. Name more for what may take long: migrations, sweeps. The embedded store, which would
   * lose its only session, never takes less than the ordinary.
   */
  readonly limitMs?: number;
}

/** Runs statements: a pool, or one transaction. */
export interface Queryable {
  query<R extends Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<readonly R[]>;
}

/** The store: PostgreSQL, or PGlite embedded. Both speak the same SQL; bigint comes back as text, bytea as Buffer. */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite';
  /** The options hold for each statement of the transaction. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: StatementOptions): Promise<T>;
  /** Calls back on NOTIFY of the channel, until the returned function is called. */
  listen(channel: string, callback: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * The store could not be reached, did not answer, or could not do its work: nothing is wrong with the values. Whether the statement was
 * done is unknown; repeating it is up to the caller.
 */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}
