import type { StoredEvent } from '../connectors/connector.ts';
import type { JsonObject } from '../model/json.ts';
import type { StepFailure } from '../flows/steps.ts';

/** Task queues: `bulk` work never starves `live`. */
export const TASK_QUEUES: TaskQueues = { live: 'deskbridge-live', bulk: 'deskbridge-bulk' };

/** The names of both task queues. */
export interface TaskQueues {
  readonly live: string;
  readonly bulk: string;
}

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

/** Input of the workflow `delivery`: one group. */
export interface DeliveryInput {
  readonly group: GroupRef;
  /** Ids only, for the search attributes and summaries. */
  readonly deliveryIds: readonly string[];
}

/** Input of the workflow `batch`: all groups of one lease. */
export interface BatchInput {
  readonly lease: string;
  readonly flow: string;
  readonly lane: Lane;
  readonly groups: number;
}

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

/** Settling a group: finished ones get their state, the rest goes back to waiting (or stays held while parked). */
export interface SettleInput {
  readonly group: GroupRef;
  readonly finished: readonly Finished[];
  /** `free`: the key is free, the rest waits again. `hold`: the key stays held by this lease (parked). */
  readonly then: 'free' | 'hold';
  /** Whether the rest failed, so that it runs alone from now on; a closed gate or our own outage is not its fault. */
  readonly retrying: boolean;
  /** Milliseconds before the released rest may be taken again. */
  readonly notBeforeMs: number;
  /** Why the rest was released or is held, for `deliveries show`. */
  readonly reason: string | null;
  readonly parked: StepFailure | null;
}

/** What stops a group on a worker whose configuration lacks its flow: one that knows it may be running beside. */
export const UNKNOWN_FLOW = 'unknown_flow';
export const UNKNOWN_FLOW_RELEASE_MS = 30_000;

/** The shortest pause after a group met a closed gate. The gate holds its queue for as long as it is closed, however long that is. */
export const GATE_RELEASE_MS = 1000;
/** The pause after our own store, Temporal or process failed a group. */
export const OURS_RELEASE_MS = 5000;

/** Updates that a parked `delivery` takes. */
export const UPDATES = { retry: 'retry', skip: 'skip', edit: 'edit' } as const;
/** The longest edit that is taken, as JSON: it travels with every step of its delivery. */
export const MAX_EDIT_CHARS = 50_000;
/** What `edit` takes. */
export interface EditInput {
  /** `step` or `step/item` → fields of its input to replace. */
  readonly values: JsonObject;
}

/** What `delivery` answers: shown as the workflow's result. */
export interface DeliveryReport {
  readonly outcome: 'settled' | 'released' | 'lost';
  readonly finished: readonly Finished[];
  readonly reason: string | null;
}

/** What `batch` answers. */
export interface BatchReport {
  readonly groups: number;
  readonly deliveries: number;
  readonly done: number;
  readonly released: number;
  readonly lost: number;
}

/** Bodies taken while the store was down; encrypted by the payload codec, at most 1 MB in all, or one alone up to 2 MB. */
export interface IntakeInput {
  readonly rows: readonly IntakeRow[];
}

/** One event of `intake`: what the inbox's recorder takes, with bytes as base64. */
export interface IntakeRow {
  readonly connection: string;
  readonly dedupe: string;
  readonly topic: string;
  readonly record: string | null;
  readonly raw: string;
  /** How `raw` was packed before it became base64; left out: not at all. */
  readonly packed?: 'br';
  /** ISO 8601: when the server took it. */
  readonly receivedAt: string;
  readonly deliveries: readonly { readonly flow: string; readonly key: string | null; readonly lane: Lane }[];
}

/** The names under which workflows are started. */
export const WORKFLOWS = { delivery: 'delivery', batch: 'batch', intake: 'intake' } as const;
