/** A PostgreSQL for the tests; `url` is null where none could be had, and `text` says so and what to do. */
export interface TestPostgres {
  readonly url: string | null;
  readonly text: string;
  readonly stop: () => Promise<void>;
}

export interface PostgresOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where a throw-away cluster lives, unless we are root. */
  readonly cacheFolder: string;
  /** Default: Debian's folder of PostgreSQL versions. */
  readonly debianFolder?: string;
  /** Looks for a running server; default: tries the usual address. */
  readonly borrow?: (env: NodeJS.ProcessEnv) => Promise<TestPostgres | null>;
}

export function findPostgres(options: PostgresOptions): Promise<TestPostgres>;
export function findBinaries(env: NodeJS.ProcessEnv, debianFolder: string): Promise<string | null>;
export function isCi(env: NodeJS.ProcessEnv): boolean;
