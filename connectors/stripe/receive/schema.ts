import { z } from 'zod';
import { boundedId, lenient, word } from '../../receive/wire-fields.ts';

/** An object, or its id where it was not expanded. */
const reference = z.union([boundedId, z.object({ id: boundedId })]);

const object = z.object({
  id: lenient(boundedId),
  object: lenient(word),
  customer: lenient(reference),
  customer_account: lenient(boundedId),
  amount_due: lenient(z.number().int()),
  currency: lenient(word),
  attempt_count: lenient(z.number().int()),
  /** Until 2025-03-31.basil. */
  charge: lenient(reference),
  payment_intent: lenient(z.union([boundedId, z.object({ id: boundedId, latest_charge: lenient(reference) })])),
});

export type StripeObject = z.infer<typeof object>;

/** An event in either form: with a snapshot (docs.stripe.com/api/events/object) or thin (docs.stripe.com/api/v2/core/events/object). */
export const event = z.object({
  id: lenient(boundedId),
  object: lenient(word),
  type: lenient(word),
  livemode: lenient(z.boolean()),
  account: lenient(boundedId),
  context: lenient(boundedId),
  data: lenient(z.object({ object: lenient(object) })),
  related_object: lenient(z.object({ id: lenient(boundedId), type: lenient(word) })),
  snapshot_event: lenient(boundedId),
  request: lenient(z.union([boundedId, z.object({ id: lenient(boundedId) })])),
  reason: lenient(z.object({ request: lenient(z.object({ id: lenient(boundedId) })) })),
});

export type StripeEvent = z.infer<typeof event>;
