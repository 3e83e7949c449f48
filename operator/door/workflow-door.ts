import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { UPDATES } from '../../workflows/contract.ts';
import { findWanting, howToAdd } from '../../temporal/register.ts';
import { CliFailure, messageOf } from '../fail.ts';
import { toWorkflowLink } from '../workflow-link.ts';
import type { Client } from '@temporalio/client';
import type { EditInput } from '../../workflows/contract.ts';
import type { WorkflowDoor } from '../tasks/task.ts';

const UPDATE_WITHIN_MS = 15_000;
const CHECK_WITHIN_MS = 3_000;

/** What the door speaks through. */
export interface WorkflowDoorOptions {
  /** With the data converter of the workers, so that values travel encrypted. */
  readonly client: Client;
  readonly namespace: string;
  /** Origin of the Temporal UI; null: not known. */
  readonly uiOrigin: string | null;
  /** How long a workflow may take to answer; default 15 s. */
  readonly updateWithinMs?: number;
}

/** Temporal as operators' decisions reach it. */
export function createWorkflowDoor({ client, namespace, uiOrigin, updateWithinMs = UPDATE_WITHIN_MS }: WorkflowDoorOptions): WorkflowDoor {
  return {
    async update(workflowId, decision) {
      const handle = client.workflow.getHandle(workflowId);
      const deadline = Date.now() + updateWithinMs;
      try {
        if (decision.kind !== 'edit')
          return await client.withDeadline(deadline, () => handle.executeUpdate<string, []>(UPDATES[decision.kind]));
        const edit: EditInput = { values: decision.values };
        return await client.withDeadline(deadline, () => handle.executeUpdate<string, [EditInput]>(UPDATES.edit, { args: [edit] }));
      } catch (error) {
        throw toFailure(error, workflowId, updateWithinMs);
      }
    },
    link: (workflowId) => (uiOrigin === null ? null : toWorkflowLink(uiOrigin, namespace, workflowId)),
    async check() {
      try {
        await client.withDeadline(Date.now() + CHECK_WITHIN_MS, () => client.connection.workflowService.describeNamespace({ namespace }));
        const wanting = (await findWanting(client.connection, namespace)) ?? [];
        if (wanting.length > 0) throw new CliFailure(`answers, but its namespace lacks search attributes: ${howToAdd(wanting, namespace)}`);
      } catch (error) {
        if (error instanceof CliFailure) throw error;
        throw new CliFailure(
          `Temporal does not answer for namespace ${namespace}: start it, or correct temporal in the configuration.`,
          1,
          { cause: error },
        );
      }
    },
  };
}

function toFailure(error: unknown, workflowId: string, withinMs: number): CliFailure {
  const cause = { cause: error };
  if (error instanceof WorkflowNotFoundError)
    return new CliFailure(
      `Workflow ${workflowId} has ended already: somebody else decided. Look again with deskbridge deliveries show.`,
      1,
      cause,
    );
  if (error instanceof WorkflowUpdateFailedError)
    return new CliFailure(`Workflow ${workflowId} refused: ${messageOf(error.cause)}`, 1, cause);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new CliFailure(
      `Workflow ${workflowId} did not answer within ${withinMs / 1000} s. Check that Temporal and a worker run (deskbridge check --online), then look at the delivery before deciding again.`,
      1,
      cause,
    );
  }
  return new CliFailure(
    `Temporal did not take the decision for workflow ${workflowId}: check that it runs (deskbridge check --online), then decide again.`,
    1,
    cause,
  );
}
