import type { StoredEvent } from './event.ts';
import type { JsonObject } from './json.ts';
import type { StepFailure } from './step-failure.ts';

/*
 * Words: an event is what a sender said, stored once. A delivery is one event for one flow. A key is what a flow's deliveries are ordered
 * by. A group is the waiting deliveries of one key. A lease is the right to run the groups handed over together. An epoch is the number
 * of an attempt at a key: only the newest may write. docs/architecture.md has the rest.
 */

/** One key's waiting deliveries, handed over under one lease. */
export interface GroupRef {
  readonly lease: string;
  readonly flow: string;
  readonly lane: Lane;
  readonly key: string;
}

/** `live`: as it comes. `replay`: asked for by an operator, never before live. */
export type Lane = 0 | 1;

export const LANES = { live: 0, replay: 1 } as const;

/** One delivery as a group's run sees it. */
export interface GroupMember {
  readonly deliveryId: string;
  readonly attempts: number;
  readonly event: StoredEvent;
  /** Values an operator set for steps whose effects are unsent: `step` or `step/item` → fields. */
  readonly edits: JsonObject | null;
  /** Why nothing is known of the event but that it came: its `body` expired or was erased. */
  readonly lacks?: 'body';
}

/** A group as loaded at the start of an attempt, on today's configuration. */
export interface LoadedGroup {
  readonly group: GroupRef;
  /** null: the lease is no longer ours; stop without a trace. */
  readonly epoch: string | null;
  /** The configured flow: what to do and with which options; null: this worker's configuration lacks it, or where its events come from. */
  readonly flow: { readonly do: string; readonly options: JsonObject } | null;
  readonly members: readonly GroupMember[];
  /**
   * Whether the program that began the run asks `findFact`; left out by earlier ones. It is known from the history, since a group is
   * loaded in the process that runs the workflow. `patched` would cost every run a marker and a search attribute.
   */
  readonly asksFacts?: boolean;
}

/** How one delivery ended. */
export interface Finished {
  readonly deliveryId: string;
  readonly state: 'done' | 'superseded' | 'skipped' | 'terminated';
  readonly text: string;
}

/** How a group's run ended: what is finished, and what stopped it, if anything did. */
export interface GroupResult {
  readonly finished: readonly Finished[];
  readonly stopped: { readonly deliveryId: string; readonly attempts: number; readonly failure: StepFailure } | null;
}

/** What stops a group on a worker whose configuration lacks its flow: one that knows it may be running beside. */
export const UNKNOWN_FLOW = 'unknown_flow';

export const UNKNOWN_FLOW_RELEASE_MS = 30_000;
