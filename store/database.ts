/** A row as the driver gives it; every query file narrows its own. */
export type Row = { readonly [column: string]: unknown };

/** Runs statements: a pool, or one transaction. */
export interface Queryable {
  query<R extends Row>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
}

/** The store: PostgreSQL, or PGlite embedded. Both speak the same SQL; bigint comes back as text, bytea as Buffer. */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite';
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Calls back on NOTIFY of the channel, until the returned function is called. */
  listen(channel: string, callback: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The store could not be reached or the connection was lost: the outcome of the statement is unknown. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
