import type { Client } from '@temporalio/client';

/** Resets a workflow to its first finished workflow task, as an operator does with `temporal workflow reset`. */
export async function temporalReset(
  client: Client,
  run: { readonly workflowId: string; readonly runId: string; readonly requestId: string },
): Promise<void> {
  const { workflowId, runId, requestId } = run;
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const finished = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  if (finished?.eventId === undefined) return;
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    reason: 'fault run',
    requestId,
    workflowTaskFinishEventId: finished.eventId,
  });
}
