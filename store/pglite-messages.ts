/** What passes between `pglite.ts` and its thread, `pglite-thread.ts`. */

/** What the thread is told when it starts. */
export interface ThreadSettings {
  /** Null: in memory. */
  readonly dataDir: string | null;
}

/** What the thread is asked; calls are done in the order in which they come. */
export type Call = { readonly id: number } & (
  | { readonly do: 'query'; readonly text: string; readonly values: readonly unknown[] | null }
  | { readonly do: 'listen'; readonly channel: string }
  | { readonly do: 'close' }
);

/** What became of a call. */
export type Answer<R> = Rows<R> | { readonly id: number; readonly failure: Failure };

/** What a statement gave. */
export interface Rows<R> {
  readonly id: number;
  readonly rows: readonly R[];
  /** Names of the columns that are bytes, which arrive as Uint8Array. */
  readonly bytea: readonly string[];
}

/** An error in parts: copying an Error from thread to thread loses its code. */
export interface Failure {
  readonly message: string;
  /** SQLSTATE; null: it has none. */
  readonly code: string | null;
}

/** What the thread says. */
export type Message<R> = Answer<R> | { readonly notified: string };

/** The id of the answer by which the thread says that the store is open, or why not. */
export const OPENED = 0;
