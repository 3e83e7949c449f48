import type { Loaded } from '../../config/config.ts';
import type { ConnectionSettings } from '../../config/installed.ts';
import type { CliSearch } from '../../temporal/cli-search.mjs';

/** What a command may touch of the process it runs in. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** Complaints, questions and progress. */
  err(text: string): void;
  /** The working folder: relative paths and `.deskbridge/` start here. */
  readonly cwd: string;
  /** Whether a person sits at both ends, so that questions get answers. */
  readonly interactive: boolean;
  now(): number;
  ask(question: string): Promise<string>;
  /** `production`: refuse embedded parts; left out: as NODE_ENV says. */
  readConfig(path: string, options: { readonly production?: boolean }): Loaded<ConnectionSettings>;
  /** Looks for a Temporal CLI on this machine, for the dev server. */
  findTemporalCli(): Promise<CliSearch>;
  /** Resolves when the process is asked to end. */
  untilStopped(): Promise<void>;
}
