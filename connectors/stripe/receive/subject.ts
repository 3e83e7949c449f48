import type { StripeEvent } from './schema.ts';

/** The object that an event is about, in either form. */
export interface Subject {
  readonly id: string | null;
  readonly type: string | null;
}

/** The topic of an event: thin types carry a version (`v1.invoice.payment_failed`), which is dropped, so that one flow serves both forms. */
export function topicOf(event: StripeEvent): string {
  const type = event.type ?? 'unknown';
  return type.startsWith('v1.') ? type.slice('v1.'.length) : type;
}

/** The object that an event is about. */
export function subjectOf(event: StripeEvent): Subject {
  const snapshot = event.data?.object;
  if (snapshot) return { id: snapshot.id, type: snapshot.object };
  return { id: event.related_object?.id ?? null, type: event.related_object?.type ?? null };
}
