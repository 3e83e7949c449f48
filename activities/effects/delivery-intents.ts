import { createHash } from 'node:crypto';
import type { EffectStore } from './effect-store.ts';

/** Whether another event has done the flow's last step for this fact, and by what the effects of this event are known. See `findFact` of flows. */
export type FindFact = (of: {
  readonly fact: string;
  readonly lastStep: string;
}) => Promise<{ readonly toldBy: string | null; readonly keyedBy: 'fact' | 'event' }>;

/** What the intents of a delivery's steps are made of. */
export interface DeliveryScope {
  readonly flow: string;
  readonly identity: string;
  readonly eventId: string;
}

/** The intent keys of one step of a delivery: subject, flow, step with its item, and part. */
export function toIntents(
  { flow, identity }: DeliveryScope,
  { step, fact }: { readonly step: string; readonly fact: string | undefined },
): (part?: string) => string {
  const subject = toSubject(identity, fact);
  return (part) => toIntentKey(subject, flow, step, part);
}

/** Binds `findFact` to a delivery. */
export function createFindFact(store: EffectStore, { flow, identity, eventId }: DeliveryScope): FindFact {
  return async ({ fact, lastStep }) => {
    const intent = toIntentKey(toSubject(identity, fact), flow, lastStep);
    const { toldBy, hasOwn } = await store.findFact({ intent, eventId, ownBeginning: toIntentKey(identity, flow, '') });
    return hasOwn ? { toldBy: null, keyedBy: 'event' } : { toldBy, keyedBy: 'fact' };
  };
}

/**
 * What intents are keyed by: the event, or the fact that several events tell of. An identity carries the generation of a replay that was
 * asked to do all again, and so does the fact.
 */
function toSubject(identity: string, fact: string | undefined): string {
  if (fact === undefined) return identity;
  const again = /#\d+$/.exec(identity)?.[0] ?? '';
  const hash = createHash('sha256').update(fact).digest('hex');
  return `fact~${hash.slice(0, 32)}${again}`;
}

function toIntentKey(subject: string, flow: string, step: string, part?: string): string {
  return [subject, flow, step, ...(part === undefined ? [] : [part])].join('/');
}
