import type { StoredEvent } from '../connectors/connector.ts';

/** A fact of an event as text; null where it is absent, empty or of another type. */
export function textFact(event: StoredEvent, field: string): string | null {
  const value = Object.hasOwn(event.facts, field) ? event.facts[field] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A fact of an event that is true or false; null where it is absent or of another type. */
export function booleanFact(event: StoredEvent, field: string): boolean | null {
  const value = Object.hasOwn(event.facts, field) ? event.facts[field] : null;
  return typeof value === 'boolean' ? value : null;
}

/** Whether a fact is known to be true. */
export function isFact(event: StoredEvent, field: string): boolean {
  return Object.hasOwn(event.facts, field) && event.facts[field] === true;
}
