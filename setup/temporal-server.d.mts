export interface ServerOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string;
}

/** A real Temporal server's programs. */
export interface TemporalServer {
  readonly server: string;
  /** Makes and updates its schema. */
  readonly sqlTool: string;
  readonly version: string;
}

export function findTemporalServer(options?: ServerOptions): Promise<TemporalServer>;
