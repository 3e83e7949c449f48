import type { FlowRun } from '../../flows/flow.ts';
import type { JsonObject } from '../../model/json.ts';

/** The flow of the fault runs: one effect of the class that the topic begins with. An event is named `<record>/<topic>`. */
const runEffect: FlowRun<JsonObject> = async (steps, event) => {
  const id = `${event.record ?? ''}/${event.topic}`;
  const connection = event.topic.split('.')[0] ?? '';
  await steps.run({ name: 'write', summary: `Write ${id}` }, 'postReply', { connection, channel: 'sink', thread: 'sink', text: id });
  return { outcome: 'done', text: `Wrote ${id}.` };
};

/** Stands in for `flows/runs.ts` in a fault run's workers and in their workflow bundle. */
export function runOf(): FlowRun<JsonObject> {
  return runEffect;
}
