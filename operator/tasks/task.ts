import { z } from 'zod';
import { CliFailure } from '../fail.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Database } from '../../store/driver/database.ts';

/** Temporal, as far as an operator's decisions need it. */
export interface WorkflowDoor {
  /** Sends a decision to a parked workflow and answers its reply. Throws CliFailure where that cannot be done. */
  update(workflowId: string, decision: Decision): Promise<string>;
  /** Where the Temporal UI shows the workflow; null: no UI is known. */
  link(workflowId: string): string | null;
  /** Throws CliFailure unless Temporal answers. */
  check(): Promise<void>;
}

/** What an operator decides about a parked delivery. */
export type Decision = { readonly kind: 'retry' | 'skip' } | { readonly kind: 'edit'; readonly values: JsonObject };

/** What tasks work with. */
export interface TaskDeps {
  readonly db: Database;
  readonly workflows: WorkflowDoor;
}

/** The core of a command: plain JSON in and out, so that it runs here or in the process that holds the store. */
export interface Task<Args, Result> extends AnyTask {
  run(deps: TaskDeps, args: Args): Promise<Result>;
  /** Throws CliFailure for the answer of another version. */
  readResult(raw: unknown): Result;
}

/** A task whose types the caller need not know. */
export interface AnyTask {
  readonly name: string;
  /** Checks the arguments first. */
  execute(deps: TaskDeps, args: unknown): Promise<unknown>;
}

/** Calls a task, wherever it runs. */
export type CallTask = <Args, Result>(task: Task<Args, Result>, args: Args) => Promise<Result>;

/** Makes a task; `result` is the documented shape of `--json`. */
export function defineTask<Args extends z.ZodType, Result extends z.ZodType>(parts: {
  readonly name: string;
  readonly args: Args;
  readonly result: Result;
  run(deps: TaskDeps, args: z.output<Args>): Promise<z.output<Result>>;
}): Task<z.output<Args>, z.output<Result>> {
  return {
    name: parts.name,
    run: (deps, args) => parts.run(deps, args),
    readResult: (raw) => accept(parts.result, raw, `The running process answered ${parts.name} in a form that this version does not know`),
    execute: (deps, raw) =>
      parts.run(deps, accept(parts.args, raw, `${parts.name} was asked in a form that the running process does not know`)),
  };
}

/** An id of a row: digits, as text. */
export const idField = z.string().regex(/^[0-9]{1,18}$/, { error: 'expected an id: digits, as the lists show them' });

function accept<Schema extends z.ZodType>(schema: Schema, raw: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new CliFailure(`${what}: both sides must be of one version. Restart the running process.`);
}
