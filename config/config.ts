import type { JsonObject } from '../model/json.ts';
import type { Problem } from './read/problem.ts';
import type { Settings } from './settings.ts';
import type { Filter } from './when.ts';

/** A configured connection. */
export interface ConnectionConfig<ConnectionSettings> {
  readonly name: string;
  readonly type: string;
  /** As the connector's own schema returned it; its `type` tells which connector that is. */
  readonly settings: ConnectionSettings;
}

/** What starts a flow. */
export interface Trigger {
  readonly connection: string;
  readonly topic: string;
}

/** A configured flow. */
export interface FlowConfig {
  readonly name: string;
  readonly on: readonly Trigger[];
  /** Name of the kind of flow. */
  readonly do: string;
  /** `with:`, its defaults filled in. */
  readonly options: JsonObject;
  readonly when: Filter;
  /** Groups that may be under way at a time; null: no limit of its own. */
  readonly credit: number | null;
  readonly paused: boolean;
  readonly order: 'record' | 'none';
  /** The fact that it orders by where an event has it; left out: the record. */
  readonly orderBy?: string;
  readonly coalesce: boolean;
  /** Connections that it calls; their gates hold it. */
  readonly connections: readonly string[];
}

/** A complete configuration, frozen in depth. Durations are milliseconds, sizes bytes, secrets `Secret`s. */
export interface Config<ConnectionSettings> extends Settings {
  /** In the order of the file, `helpdesk` first. */
  readonly connections: readonly ConnectionConfig<ConnectionSettings>[];
  readonly flows: readonly FlowConfig[];
  /** The entries of each job that the file has, as the job's own section read them: only that job may look into them. */
  readonly jobs: ReadonlyMap<string, readonly object[]>;
}

/** What came of reading a configuration. Warnings do not keep it from being used. */
export type Loaded<ConnectionSettings> =
  | { readonly ok: true; readonly config: Config<ConnectionSettings>; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };
