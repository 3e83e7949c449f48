/** What `npm run NAME` runs, and what it needs set up before. */
export interface Command {
  /** What node is called with. */
  readonly program: readonly string[];
  /** Whether dist/ must be up to date. */
  readonly build: boolean;
  /** `without-address`: unless the configuration names a Temporal server; `for-dev`: only for the CLI's commands that start one. */
  readonly temporal: 'yes' | 'no' | 'without-address' | 'for-dev';
  /** Whether it gets a PostgreSQL for tests. */
  readonly postgres: boolean;
}

export const COMMANDS: Readonly<Record<string, Command>>;
export function needsTemporalCli(command: Command, args: readonly string[], readText: (path: string) => string | null): boolean;
