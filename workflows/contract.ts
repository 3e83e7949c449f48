import type { JsonObject } from '../model/json.ts';
import type { StepFailure } from '../model/step-failure.ts';
import type { GroupRef, Lane, Finished, LoadedGroup } from '../model/delivery.ts';
import type { ActionName, ActionInput, ActionOutput } from '../flows/actions.ts';
import type { Step } from '../flows/steps.ts';

/** Task queues: `bulk` work never starves `live`. */
export const TASK_QUEUES: TaskQueues = { live: 'deskbridge-live', bulk: 'deskbridge-bulk' };

/** The names of both task queues. */
export interface TaskQueues {
  readonly live: string;
  readonly bulk: string;
}

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

/** Minimum pause before a group that met a closed gate is claimed again; prevents a hot loop while the queue's gate is still open. */
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
  /** The event's facts, as JSON; left out: they are read from `raw`. */
  readonly facts?: string;
  /** ISO 8601: when the server took it. */
  readonly receivedAt: string;
  readonly deliveries: readonly { readonly flow: string; readonly key: string | null; readonly lane: Lane }[];
}

/** The names under which workflows are started. */
export const WORKFLOWS = { delivery: 'delivery', batch: 'batch', intake: 'intake' } as const;

/** One step of one delivery, as the workflow `delivery` asks for it. */
export interface StepCall<O extends ActionName> {
  readonly group: GroupRef;
  readonly deliveryId: string;
  readonly eventId: string;
  /** The event's identity across stores: what intents are keyed by. */
  readonly identity: string;
  readonly edits: JsonObject | null;
  readonly step: Step;
  readonly input: ActionInput<O>;
}

/** One activity per action, so that the Temporal UI names what was done. */
export type ActionActivities = { readonly [O in ActionName]: (call: StepCall<O>) => Promise<ActionOutput<O>> };

/** The activities that read and settle the inbox. */
export interface InboxActivities {
  /** Takes a new epoch for the group and reads its deliveries, on today's configuration. */
  loadGroup(group: GroupRef): Promise<LoadedGroup>;
  /** `held: false`: a newer attempt owns the key, nothing was changed. */
  settleGroup(input: SettleInput): Promise<{ readonly held: boolean }>;
  /** Milliseconds since the event was received, by the store's clock; null: it is not stored any more. */
  eventAge(input: { readonly eventId: string }): Promise<{ readonly ageMs: number | null }>;
  /** Keeps an operator's values for the steps of a parked delivery. */
  saveEdits(input: {
    readonly group: GroupRef;
    readonly deliveryId: string;
    readonly values: JsonObject;
  }): Promise<{ readonly held: boolean }>;
  /** Lets an effect of unknown outcome be sent again: an operator looked and decided. */
  allowResend(input: { readonly group: GroupRef; readonly deliveryId: string }): Promise<{ readonly held: boolean }>;
  /** Runs the groups of one lease side by side, each step once. */
  runBatch(input: BatchInput): Promise<BatchReport>;
  /** Gives back what a batch held that ended without settling; answers how many deliveries. */
  releaseLease(input: { readonly lease: string; readonly reason: string }): Promise<number>;
  /** Puts into the inbox what was taken while the store was down. */
  recordIntake(input: IntakeInput): Promise<{ readonly recorded: number; readonly duplicates: number }>;
}

export type Activities = ActionActivities & InboxActivities;
