import type { JsonObject } from '../connectors/json.ts';
import type { Finished, GroupMember, GroupResult, LoadedGroup } from '../workflows/contract.ts';
import type { FlowOutcome, FlowRun } from './flow.ts';
import { StepError } from './steps.ts';
import type { StepFailure, Steps } from './steps.ts';

/** What a group is run with. */
export interface GroupRun {
  /** The port of one delivery. */
  readonly steps: (member: GroupMember) => Steps;
  readonly group: LoadedGroup;
  readonly run: FlowRun<JsonObject>;
}

/**
 * Runs a group's deliveries one after another, the same in `delivery` and in `batch`. A StepError stops the group at its
 * delivery, so that order is kept; `lost` and every other error are thrown. Without a configured flow all are `skipped`. So is one
 * whose body is gone: its flow would know nothing of it, and call that "nothing to do".
 */
export async function runGroup({ steps, group, run }: GroupRun): Promise<GroupResult> {
  const finished: Finished[] = [];
  if (group.flow === null) return { finished: group.members.map(toSkipped), stopped: null };
  for (const member of group.members) {
    if (member.lacks === 'body') {
      finished.push(withoutBody(member));
      continue;
    }
    if (member.lacks === 'connection') return { finished, stopped: { deliveryId: member.deliveryId, failure: withoutConnection(member) } };
    try {
      finished.push(toFinished(member, await run(steps(member), member.event, group.flow.options)));
    } catch (error) {
      if (!(error instanceof StepError) || error.failure.kind === 'lost') throw error;
      return { finished, stopped: { deliveryId: member.deliveryId, failure: error.failure } };
    }
  }
  return { finished, stopped: null };
}

function toFinished(member: GroupMember, outcome: FlowOutcome): Finished {
  const prefix = outcome.outcome === 'done' ? '' : `${outcome.outcome}: `;
  return { deliveryId: member.deliveryId, state: 'done', text: `${prefix}${outcome.text}` };
}

function withoutBody({ deliveryId, event }: GroupMember): Finished {
  const text = `Not run: the body of event ${event.id} expired or was erased, and without it the flow cannot know what to do.`;
  return { deliveryId, state: 'skipped', text };
}

function withoutConnection({ event }: GroupMember): StepFailure {
  return {
    code: 'unknown_connection',
    kind: 'attention',
    message: `The configuration has no connection ${event.connection} any more, so the body of event ${event.id} cannot be read.`,
    hint: 'Put the connection back into deskbridge.yaml and restart the worker, then retry; or skip.',
    step: 'load',
    connection: event.connection,
    retryAfterMs: null,
  };
}

function toSkipped(member: GroupMember): Finished {
  return { deliveryId: member.deliveryId, state: 'skipped', text: 'The flow was removed from the configuration.' };
}
