import type { StoredEvent } from '../model/event.ts';
import type { Steps } from './steps.ts';

/** A fact of an event as text; null where it is absent, empty or of another type. */
export function textFact(event: StoredEvent, field: string): string | null {
  const value = Object.hasOwn(event.facts, field) ? event.facts[field] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A fact of an event as a number; null where it is absent or of another type. */
export function numberFact(event: StoredEvent, field: string): number | null {
  const value = Object.hasOwn(event.facts, field) ? event.facts[field] : null;
  return typeof value === 'number' ? value : null;
}

/** The name of what an event tells of, for `Step.fact`: the same text for every event of its connection that tells of the same. */
export function factOf(event: StoredEvent, ...parts: readonly (string | number | null)[]): string {
  return JSON.stringify([event.connection, ...parts]);
}

/** A port whose steps are about a fact: see `Step.fact`. */
export function aboutFact(steps: Steps, fact: string): Steps {
  return { run: (step, action, input) => steps.run({ ...step, fact }, action, input) };
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
