import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { event as eventSchema } from './schema.ts';
import type { Facts } from '../../connector.ts';
import type { WotnotEvent } from './schema.ts';

/** The facts of a stored event. */
export function wotnotFacts(_topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  return json.ok ? factsOf(eventSchema.parse(json.value)) : {};
}

/** The facts of an event; the conversation's id appears as `external_key`. */
export function factsOf({ payload }: WotnotEvent): Facts {
  return knownFacts({ 'conversation.id': payload?.external_key ?? undefined, 'bot.id': payload?.bot_id ?? undefined });
}
