import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { payload } from './schema.ts';
import type { Facts } from '../../connector.ts';

/** The facts of a stored body: the id of what it is about, where it follows the specification's advice. */
export function customFacts(_topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(json.value) : {};
}

/** The facts of a payload. */
export function factsOf(value: object): Facts {
  return knownFacts({ 'object.id': payload.parse(value).data?.id ?? undefined });
}
