import type { JsonObject } from '../model/json.ts';
import type { OperationInput, OperationName, OperationOutput, Step } from '../flows/steps.ts';
import type { BatchInput, BatchReport, GroupRef, IntakeInput, LoadedGroup, SettleInput } from '../workflows/contract.ts';

/** One step of one delivery, as the workflow `delivery` asks for it. */
export interface StepCall<O extends OperationName> {
  readonly group: GroupRef;
  readonly deliveryId: string;
  readonly eventId: string;
  /** The event's identity across stores: what intents are keyed by. */
  readonly identity: string;
  readonly edits: JsonObject | null;
  readonly step: Step;
  readonly input: OperationInput<O>;
}

/** One activity per operation, so that the Temporal UI names what was done. */
export type OperationActivities = { readonly [O in OperationName]: (call: StepCall<O>) => Promise<OperationOutput<O>> };

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

export type Activities = OperationActivities & InboxActivities;
