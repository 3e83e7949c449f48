import type { JsonObject } from '../model/json.ts';
import type { LoadedGroup } from '../model/delivery.ts';
import type { FlowRun } from './flow.ts';
import { runOpenConversation } from './open-conversation/run.ts';
import { runSlackThread } from './slack-thread/run.ts';

/** The run of every flow kind, by the kind's name. Safe to import from a workflow. */
const flowRuns: ReadonlyMap<string, FlowRun<JsonObject>> = new Map([
  ['open-conversation', runOpenConversation],
  ['slack-thread', runSlackThread],
]);

/**
 * The run of a loaded group's flow; `runGroup` never begins it where there is no flow. A kind this program does not know is a deployment
 * mistake: the task fails until it is mended.
 */
export function runOf({ flow }: Pick<LoadedGroup, 'flow'>): FlowRun<JsonObject> {
  if (flow === null) return () => Promise.reject(new Error('A group without a configured flow was run. Report this as a bug.'));
  const run = flowRuns.get(flow.do);
  if (run === undefined) throw new Error(`This worker does not know the flow kind ${flow.do}: deploy the version that has it.`);
  return run;
}
