import { defineUpdate } from '@temporalio/workflow';
import { MAX_EDIT_CHARS, UPDATES } from './contract.ts';
import type { EditInput } from './contract.ts';

/** `retry`: settles itself as released, so that the group runs again on today's code and configuration. */
export const retryUpdate = defineUpdate<string, []>(UPDATES.retry);

/** `skip`: leaves the parked delivery out. */
export const skipUpdate = defineUpdate<string, []>(UPDATES.skip);

/** `edit`: values of unsent effects, then retry. */
export const editUpdate = defineUpdate<string, [EditInput]>(UPDATES.edit);

/** Refuses an edit that could not be applied; it may come by hand from the Temporal UI. */
export function validateEdit(edit: unknown): void {
  const shape = 'expected {"values": {"<step>": {"<field>": <new value>}}}';
  if (!isObject(edit) || !isObject(edit['values'])) throw new Error(`The edit has no "values": ${shape}.`);
  const chars = JSON.stringify(edit['values']).length;
  if (chars > MAX_EDIT_CHARS)
    throw new Error(`The edit has ${chars} characters; at most ${MAX_EDIT_CHARS} are taken, for every step carries them.`);
  for (const [step, fields] of Object.entries(edit['values'])) {
    if (!isObject(fields)) throw new Error(`The values of step "${step}" are not an object: ${shape}.`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
