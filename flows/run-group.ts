import type { JsonObject } from '../model/json.ts';
import type { Finished, GroupMember, GroupResult, LoadedGroup } from '../model/delivery.ts';
import { UNKNOWN_FLOW, UNKNOWN_FLOW_RELEASE_MS } from '../model/delivery.ts';
import type { FlowOutcome, FlowRun } from './flow.ts';
import { StepError } from '../model/step-failure.ts';
import type { Steps } from './steps.ts';
import type { StepFailure } from '../model/step-failure.ts';

/** What a group is run with. */
export interface GroupRun {
  /** The port of one delivery. */
  readonly steps: (member: GroupMember) => Steps;
  readonly group: LoadedGroup;
  readonly run: FlowRun<JsonObject>;
}

/**
 * Runs a group's deliveries one after another, the same in `delivery` and in `batch`. A StepError stops the group at its
 * delivery, so that order is kept; `lost` and every other error are thrown. A group whose flow is not configured here is stopped before
 * its first: another worker may know the flow. A delivery whose body is gone is skipped: its flow would know nothing of it, and call that "nothing to do".
 */
export async function runGroup({ steps, group, run }: GroupRun): Promise<GroupResult> {
  const finished: Finished[] = [];
  const [first] = group.members;
  if (group.flow === null)
    return {
      finished,
      stopped:
        first === undefined ? null : { deliveryId: first.deliveryId, attempts: first.attempts, failure: toUnknownFlow(group.group.flow) },
    };
  for (const member of group.members) {
    if (member.lacks === 'body') {
      finished.push(withoutBody(member));
      continue;
    }
    try {
      finished.push(toFinished(member, await run(steps(member), member.event, group.flow.options)));
    } catch (error) {
      if (!(error instanceof StepError) || error.failure.kind === 'lost') throw error;
      return { finished, stopped: { deliveryId: member.deliveryId, attempts: member.attempts, failure: error.failure } };
    }
  }
  return { finished, stopped: null };
}

function toFinished(member: GroupMember, outcome: FlowOutcome): Finished {
  const prefix = outcome.outcome === 'done' ? '' : `${outcome.outcome}: `;
  return { deliveryId: member.deliveryId, state: 'done', text: `${prefix}${outcome.text}` };
}

/** A worker that has the flow may be running beside: not now, not here, and not the group's fault. */
function toUnknownFlow(flow: string): StepFailure {
  return {
    code: UNKNOWN_FLOW,
    kind: 'ours',
    message: `The configuration of this worker lacks the flow ${flow}, or the connection that its event came from.`,
    hint: 'Give every server and worker the same configuration. If the flow was removed for good, take it out of all, then skip what waits: deskbridge flows remove.',
    step: 'load',
    connection: null,
    retryAfterMs: UNKNOWN_FLOW_RELEASE_MS,
  };
}

function withoutBody({ deliveryId, event }: GroupMember): Finished {
  const text = `Not run: the body of event ${event.id} expired or was erased, and without it the flow cannot know what to do.`;
  return { deliveryId, state: 'skipped', text };
}
