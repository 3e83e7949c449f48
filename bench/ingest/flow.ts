import type { FlowRun } from '../../flows/flow.ts';
import type { JsonObject } from '../../model/json.ts';

/** The flow of the load runs, known to no configuration: one effect through the ledger for each event, nothing else. */
const runPost: FlowRun<JsonObject> = async (steps, event) => {
  const text = event.record ?? event.identity;
  await steps.run({ name: 'post', summary: 'Post' }, 'postReply', {
    connection: 'sink',
    channel: 'C0123',
    thread: '1700000000.000000',
    text,
  });
  return { outcome: 'done', text: 'Posted.' };
};

/** Stands in for `flows/runs.ts` in a load run's workers and in their workflow bundle. */
export function runOf(): FlowRun<JsonObject> {
  return runPost;
}
