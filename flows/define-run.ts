import type { JsonObject } from '../model/json.ts';
import type { FlowRun } from './flow.ts';
import { StepError } from '../model/step-failure.ts';

/**
 * A run as workflows take it: its options come as JSON, checked by the schema when they were loaded. The guard only tells
 * apart options of another version of the program, which throw StepError `invalid_options`.
 */
export function defineRun<Options extends JsonObject>(
  flow: string,
  isOptions: (options: JsonObject) => options is Options,
  run: FlowRun<Options>,
): FlowRun<JsonObject> {
  return async (steps, event, options) => {
    if (!isOptions(options)) throw invalidOptions(flow);
    return run(steps, event, options);
  };
}

/** Whether a value is text, or null for an option that is left out. */
export function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function invalidOptions(flow: string): StepError {
  return new StepError({
    code: 'invalid_options',
    kind: 'attention',
    message: `The options of flow kind ${flow} are not what this version of its run understands.`,
    hint: 'Bring server and worker to the same version, then retry.',
    step: 'options',
    connection: null,
    retryAfterMs: null,
  });
}
