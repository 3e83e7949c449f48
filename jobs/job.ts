import type { z } from 'zod';
import type { EffectStore } from '../activities/effects/effect-store.ts';
import type { Connections } from '../connectors/ports/ports.ts';
import type { Finding } from '../model/finding.ts';
import type { Json } from '../model/json.ts';
import type { AnyTask } from '../operator/tasks/task.ts';
import type { Database, Queryable } from '../store/driver/database.ts';
import type { Migration } from '../store/migration.ts';

/** What keeps tables of its own: the inbox, and every job. Processes walk the slices and know none by name. */
export interface Slice {
  /** In the order in which they are applied. A job's ids begin with its name: `contacts-001-links`. */
  readonly migrations: readonly Migration[];
  /** What operators can ask for; names begin with the slice's, such as `contacts.list`. */
  readonly tasks: readonly AnyTask[];
  /** Read at each scrape of a `server`. */
  readonly gauges?: readonly Gauge[];
  /** Run by housekeeping, now and every ten minutes. */
  readonly sweeps?: readonly Sweep[];
}

/** A number for Prometheus, read from the store. A reading that fails leaves the gauge empty. */
export interface Gauge {
  /** Begins with `deskbridge_`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  read(db: Queryable): Promise<readonly { readonly labels: { readonly [name: string]: string }; readonly value: number }[]>;
}

/** Removes some of what is past its time, in one short statement, and answers how many rows; it is asked again until it answers 0. */
export type Sweep = (db: Database, keep: Retention) => Promise<number>;

/** How long things are kept, in milliseconds. */
export interface Retention {
  readonly bodies: number;
  readonly events: number;
}

/** What a job's entries are checked against. */
export interface Surroundings {
  /** The type of a connection and the roles of its system; undefined where there is no such connection. */
  connection(name: string): { readonly type: string; readonly roles: readonly string[] } | undefined;
}

/** When a job's workflow is started; one that still runs is not started again. */
export interface ScheduleSpec {
  /** The entry's name: `<job>/<entry>` is the id of the schedule, and begins that of its workflow. */
  readonly entry: string;
  readonly everyMs: number;
  /** The workflow's type, as `workflows/index.ts` exports it. */
  readonly workflow: string;
  readonly args: readonly Json[];
}

/** What a job's activities work with. */
export interface JobDeps {
  readonly db: Database;
  readonly connections: Connections;
  readonly effects: EffectStore;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Activities by name; a job's begin with its name. They take and answer plain JSON. */
export interface JobActivities {
  readonly [name: string]: (...args: never[]) => Promise<unknown>;
}

/**
 * A scheduled job: all of it but the two faces that other rooms keep under its name, `workflows/<job>.ts` and `cli/<job>/`. It loads no
 * client of a remote system, so that reading a configuration loads none.
 */
export interface Job<Entry> extends Slice {
  /** The key of its list in the configuration file. */
  readonly name: string;
  /** One sentence, for the documentation. */
  readonly summary: string;
  /** The list of its entries in the configuration file. */
  readonly section: z.ZodType<readonly Entry[]>;
  /** What more than one field tells; paths begin below the job's list. */
  check(entries: readonly Entry[], around: Surroundings): readonly Finding[];
  schedules(entries: readonly Entry[]): readonly ScheduleSpec[];
  activities(deps: JobDeps, entries: readonly Entry[]): JobActivities;
}
