import type { z } from 'zod';
import type { Finding } from '../model/finding.ts';
import type { StoredEvent } from '../model/event.ts';
import type { Steps } from './steps.ts';

/** How a flow's run of one event ended well. `text` is read by operators: ids, never personal data. */
export interface FlowOutcome {
  readonly outcome: 'done' | 'ignored' | 'echo';
  readonly text: string;
}

/** What a flow does on one event: deterministic, for it runs in a workflow and in an activity alike. */
export type FlowRun<Options> = (steps: Steps, event: StoredEvent, options: Options) => Promise<FlowOutcome>;

/** One thing that can be done on an event, as data; `run` is kept apart, in `flows/runs.ts`, for workflows to import. */
export interface FlowKind<Name extends string, Options> {
  readonly name: Name;
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** `record`: deliveries of one record run one after another, in the order of recording. `none`: each on its own. */
  readonly order: 'record' | 'none';
  /** With `order: record`: a fact that stands in for the record where an event has it, for flows that act on something shared by several records. */
  readonly orderBy?: string;
  /** Collapse what waits for one record to its newest event (for flows that read the record again). */
  readonly coalesce: boolean;
  /** Topics it understands, by the sender's role (`helpdesk`, `billing`, …): what `on:` may name. */
  readonly topics: { readonly [role: string]: readonly string[] };
  /** Whether it asks the connection that sent the event, for instance to read the record again; then that one's gate holds it too. */
  readonly asksSender: boolean;
  /** Names of the connections that a configured flow calls; their gates hold it. */
  connections(options: Options): readonly string[];
  /** Checks that need more than one field: templates, names of connections. One text per problem, with its path. */
  check(options: Options, context: FlowCheckContext): readonly Finding[];
}

/** What a flow's check may look at. */
export interface FlowCheckContext {
  /** The type of a connection and the roles of its system; undefined where there is no such connection. */
  connection(name: string): { readonly type: string; readonly roles: readonly string[] } | undefined;
  /** The types of connections whose systems have a role. */
  typesWith(role: string): readonly string[];
}
