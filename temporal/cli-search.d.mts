/** A Temporal CLI that answers `--version` and is new enough. */
export interface TemporalCli {
  readonly path: string;
  readonly version: string;
  /** How it was found: `TEMPORAL_CLI_PATH`, `PATH`, `cached copy`, and in set-up also `vendor's download` or `PyPI wheel`. */
  readonly source: string;
}

/** What a search came to. */
export interface CliSearch {
  /** null: none is there. */
  readonly cli: TemporalCli | null;
  /** Where it was looked for in vain and why, in order. */
  readonly tried: string[];
  /** Where set-up keeps the copy that it fetches. */
  readonly cached: string;
  /** Whether TEMPORAL_CLI_PATH named one, so that no other is taken in its place. */
  readonly given: boolean;
}

export const CLI_VERSION: string;
export const MINIMUM_VERSION: string;
export function searchTemporalCli(env: NodeJS.ProcessEnv, cacheFolder?: string): Promise<CliSearch>;
export function userCacheFolder(env: NodeJS.ProcessEnv): string;
export function tryBinary(source: string, path: string, env: NodeJS.ProcessEnv, tried: string[]): Promise<TemporalCli | null>;
export function isAtLeast(version: string, minimum: string): boolean;
