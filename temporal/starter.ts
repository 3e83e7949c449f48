import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common';
import { batchWorkflowId, deliveryWorkflowId, TemporalUnavailable } from '../inbox/starter.ts';
import { WORKFLOWS } from '../workflows/contract.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';
import { codeOf, GRPC } from './grpc-code.ts';
import { ATTRIBUTE_NEEDS, howToAdd } from './register.ts';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import type { DeliveryInput, TaskQueues } from '../workflows/contract.ts';
import type { HandedOver, WorkflowStarter, WorkflowState } from '../inbox/starter.ts';

const START_DEADLINE_MS = 10_000;
/** From this attempt on a workflow task fails for a cause that does not pass; a worker that was killed costs one or two. */
const FAILING_ATTEMPTS = 5;
const MOST_KEYWORD_CHARACTERS = 255;
const MOST_SUMMARY_CHARACTERS = 120;

const STATES: { readonly [name: string]: WorkflowState } = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMED_OUT: 'timed_out',
  TERMINATED: 'terminated',
  CANCELLED: 'cancelled',
  CONTINUED_AS_NEW: 'continued',
};

/** How workflows are started. */
export interface StarterOptions {
  readonly client: Client;
  /** Client and worker share one NativeConnection: a first workflow task goes to it without a round trip. */
  readonly eager: boolean;
  readonly queues: TaskQueues;
}

/** Starts our workflows through a Temporal client. */
export function createStarter({ client, eager, queues }: StarterOptions): WorkflowStarter {
  return {
    async startDelivery(input, about) {
      const workflowId = deliveryWorkflowId(input);
      const staticSummary = toSummary(about.topic, input);
      const typedSearchAttributes = [...attributesOf(input.group.flow, about)];
      const options = { workflowId, taskQueue: queues.live, args: [input], staticSummary, typedSearchAttributes, requestEagerStart: eager };
      await start(client, WORKFLOWS.delivery, options, START_DEADLINE_MS);
      return workflowId;
    },
    async startBatch(input, about) {
      const workflowId = batchWorkflowId(input);
      const staticSummary = `${input.groups} groups of ${input.flow}`;
      const typedSearchAttributes = [
        { key: SEARCH_ATTRIBUTES.flow, value: input.flow },
        { key: SEARCH_ATTRIBUTES.connection, value: about.connection },
      ];
      await start(
        client,
        WORKFLOWS.batch,
        { workflowId, taskQueue: queues.bulk, args: [input], staticSummary, typedSearchAttributes },
        START_DEADLINE_MS,
      );
      return workflowId;
    },
    async startIntake(id, input, deadlineMs) {
      const staticSummary = `${input.rows.length} events taken while the store was down`;
      const typedSearchAttributes = [{ key: SEARCH_ATTRIBUTES.job, value: 'intake' }];
      const options = { workflowId: id, taskQueue: queues.live, args: [input], staticSummary };
      const giveUpAt = Date.now() + deadlineMs;
      try {
        await start(client, WORKFLOWS.intake, { ...options, typedSearchAttributes }, deadlineMs);
      } catch (error) {
        // These events have no other place, and this workflow sets no attribute itself: better not found by one than lost.
        if (!lacksAttribute(error)) throw error;
        await start(client, WORKFLOWS.intake, options, Math.max(0, giveUpAt - Date.now()));
      }
    },
    stateOf: (workflowId) => describe(client, workflowId),
  };
}

/** What the list of workflows shows: what happened, to which record. */
function toSummary(topic: string, { group, deliveryIds }: DeliveryInput): string {
  const more = deliveryIds.length - 1;
  return `${topic}${more === 0 ? '' : ` and ${more} more, in order,`} for ${group.key}`.slice(0, MOST_SUMMARY_CHARACTERS);
}

function attributesOf(flow: string, about: HandedOver): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [
    { key: SEARCH_ATTRIBUTES.flow, value: flow },
    { key: SEARCH_ATTRIBUTES.connection, value: about.connection },
    { key: SEARCH_ATTRIBUTES.event, value: about.topic.slice(0, MOST_KEYWORD_CHARACTERS) },
  ];
  if (about.record !== null) pairs.push({ key: SEARCH_ATTRIBUTES.record, value: about.record.slice(0, MOST_KEYWORD_CHARACTERS) });
  return pairs;
}

async function start(client: Client, type: string, options: WorkflowStartOptions, deadlineMs: number): Promise<void> {
  try {
    await client.withDeadline(Date.now() + deadlineMs, () =>
      client.workflow.start(type, { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'FAIL' }),
    );
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    if (lacksAttribute(error)) throw new TemporalUnavailable(refusalText(type, client.options.namespace), { cause: error });
    throw new TemporalUnavailable(`Temporal did not take ${type} within ${deadlineMs} ms.`, { cause: error });
  }
}

/** Whether Temporal refused a start because a search attribute is missing, or has another type there. */
function lacksAttribute(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (codeOf(error) === GRPC.invalidArgument && /search attribute/i.test(error.message)) || lacksAttribute(error.cause);
}

function refusalText(type: string, namespace: string): string {
  return `Temporal refuses to start ${type} until its namespace has these search attributes: ${howToAdd(ATTRIBUTE_NEEDS, namespace)} Nothing is lost meanwhile.`;
}

async function describe(client: Client, workflowId: string): Promise<WorkflowState> {
  try {
    const { status, raw } = await client.withDeadline(Date.now() + START_DEADLINE_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    const state = STATES[status.name] ?? 'running';
    return state === 'running' && (raw.pendingWorkflowTask?.attempt ?? 0) >= FAILING_ATTEMPTS ? 'failing' : state;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'not_found';
    throw new TemporalUnavailable('Temporal did not say how the workflow stands.', { cause: error });
  }
}
