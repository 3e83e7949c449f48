import { StepError } from '../../model/step-failure.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Step } from '../../flows/steps.ts';

/** A step's input with the values that an operator set for it; a value of another type than the one it replaces parks again. */
export function withEdits<I extends object>(input: I, step: Step, edits: JsonObject | null): I {
  const fields = edits?.[step.item === undefined ? step.name : `${step.name}/${step.item}`] ?? edits?.[step.name];
  if (fields === undefined || !isObject(fields)) return input;
  const today = new Map<string, unknown>(Object.entries(input));
  for (const [field, value] of Object.entries(fields)) {
    if (!fits(today.get(field), value, today.has(field))) throw badEdit(step, field, [...today.keys()]);
  }
  return { ...input, ...fields };
}

function fits(today: unknown, value: Json, known: boolean): boolean {
  if (!known) return false;
  return today === null ? value === null || typeof value === 'string' : typeof today === typeof value && value !== null;
}

function badEdit(step: Step, field: string, known: readonly string[]): StepError {
  return new StepError({
    code: 'bad_edit',
    kind: 'attention',
    message: `The edit's field "${field}" does not fit the step ${step.name}.`,
    hint: `Its fields are ${known.join(', ')}; a value keeps the type it has today.`,
    step: step.name,
    connection: null,
    retryAfterMs: null,
  });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
