export interface RedisOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Default: whether this process is root's. */
  readonly isRoot?: boolean;
}

export function findRedis(options?: RedisOptions): Promise<{ readonly path: string }>;
