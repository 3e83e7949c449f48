import type { BatchInput, DeliveryInput, IntakeInput } from '../workflows/contract.ts';

/** What is known of a group when it is handed over, for search attributes and summaries: ids only. */
export interface HandedOver {
  readonly connection: string;
  readonly topic: string;
  readonly record: string | null;
  readonly eventIds: readonly string[];
}

/** How a workflow stands, as the reaper needs it. `failing`: it runs, but its workflow task has failed several times in a row. */
export type WorkflowState =
  'running' | 'failing' | 'completed' | 'failed' | 'timed_out' | 'terminated' | 'cancelled' | 'continued' | 'not_found';

/** Starts workflows, each once per id: a second start of the same lease changes nothing. */
export interface WorkflowStarter {
  /** Resolves with the workflow's id; rejects with TemporalUnavailable where the outcome is unknown. */
  startDelivery(input: DeliveryInput, about: HandedOver): Promise<string>;
  startBatch(input: BatchInput, about: HandedOver): Promise<string>;
  startIntake(id: string, input: IntakeInput, deadlineMs: number): Promise<void>;
  stateOf(workflowId: string): Promise<WorkflowState>;
}

/** Temporal did not answer in time, could not be reached, or refuses for now: the workflow may have started, the same start may be tried again. */
export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
}

/** Workflow ids; the lease in them makes a second start harmless and a released group startable again. */
export function deliveryWorkflowId(input: DeliveryInput): string {
  return `delivery/${input.group.flow}/${input.deliveryIds[0] ?? 'none'}/${input.group.lease}`;
}

/** See {@link deliveryWorkflowId}. */
export function batchWorkflowId(input: BatchInput): string {
  return `batch/${input.flow}/${input.lease}`;
}
