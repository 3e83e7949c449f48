import { z } from 'zod';
import { idField } from './task.ts';
import type { DeliveryFilter } from '../../store/inbox/delivery-filter.ts';

const moment = z.iso.datetime();

/** What narrows events and deliveries; moments are ISO 8601. */
export const filterFields = {
  connection: z.exactOptional(z.string()),
  topic: z.exactOptional(z.string()),
  record: z.exactOptional(z.string()),
  flow: z.exactOptional(z.string()),
  since: z.exactOptional(moment),
  until: z.exactOptional(moment),
};

/** Where a list goes on, and how long it is. */
export const pageFields = { after: z.exactOptional(idField), limit: z.exactOptional(z.int().min(1).max(1000)) };

/** Which deliveries, as JSON. */
export const deliveryFilter = z.object({ ...filterFields, event: z.exactOptional(idField) });

/** The filter as the store takes it. */
export function toStoreFilter({ event, since, until, ...rest }: z.output<typeof deliveryFilter>): DeliveryFilter {
  return { ...rest, ...(event === undefined ? {} : { eventId: event }), ...toPeriod({ since, until }) };
}

/** A period with dates. */
export function toPeriod({ since, until }: { readonly since?: string | undefined; readonly until?: string | undefined }): {
  since?: Date;
  until?: Date;
} {
  return { ...(since === undefined ? {} : { since: new Date(since) }), ...(until === undefined ? {} : { until: new Date(until) }) };
}
