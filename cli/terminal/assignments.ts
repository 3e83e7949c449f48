import { z } from 'zod';
import { CliFailure } from '../../operator/fail.ts';

/** Any value that JSON knows. */
type Value = z.output<ReturnType<typeof z.json>>;

/** Values by step and field. */
export type Assignments = { [step: string]: { [field: string]: Value } };

/** Reads `step.field=value` texts; the field stands after the last dot, since a step may name its item. Throws CliFailure for all bad ones at once. */
export function readAssignments(texts: readonly string[]): Assignments {
  const values: Assignments = {};
  const bad: string[] = [];
  for (const text of texts) {
    const match = /^([^=]+)\.([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(text);
    const [, step, field, value] = match ?? [];
    if (step === undefined || field === undefined || value === undefined) bad.push(text);
    else values[step] = { ...values[step], [field]: toValue(value) };
  }
  if (bad.length === 0) return values;
  throw new CliFailure(
    bad.map((text) => `--set ${text.split('=')[0] ?? ''}: expected step.field=value, such as add-label.label=vip.`).join('\n'),
    2,
  );
}

/** JSON where it is JSON, else the text itself, so that names need no quotes. */
function toValue(text: string): Value {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return text;
  }
}
