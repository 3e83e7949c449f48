export interface RestateOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string;
}

export function findRestate(options?: RestateOptions): Promise<{ readonly path: string; readonly version: string }>;
