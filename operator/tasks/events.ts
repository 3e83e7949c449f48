import { z } from 'zod';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { listEffects } from '../../store/effects/query-effects.ts';
import { listEvents, showEvent } from '../../store/inbox/query-events.ts';
import { CliFailure } from '../fail.ts';
import { bodySchema, toBody } from './body.ts';
import { deliverySchema, toDeliveryView } from './delivery-view.ts';
import { effectSchema, toEffectView } from './effect-view.ts';
import { filterFields, pageFields, toPeriod } from './filter.ts';
import { defineTask, idField } from './task.ts';
import type { EventSummary } from '../../store/inbox/query-events.ts';

const DELIVERIES_SHOWN = 200;

const eventFields = {
  id: z.string(),
  connection: z.string(),
  topic: z.string(),
  record: z.string().nullable(),
  dedupe: z.string(),
  receivedAt: z.string(),
};

/** Events, newest first. `next`: where to go on; null: that was all. */
export const eventsList = defineTask({
  name: 'events.list',
  args: z.object({ ...filterFields, ...pageFields }),
  result: z.object({ events: z.array(z.object({ ...eventFields, deliveries: z.number() })), next: z.string().nullable() }),
  async run({ db }, { after, limit = 50, since, until, ...filter }) {
    const events = await listEvents(db, {
      ...filter,
      ...toPeriod({ since, until }),
      limit,
      ...(after === undefined ? {} : { afterId: after }),
    });
    return {
      events: events.map((event) => ({ ...toEventFields(event), deliveries: event.deliveries })),
      next: events.length < limit ? null : (events.at(-1)?.id ?? null),
    };
  },
});

/** One event with its deliveries and effects. `body`: null where it was not asked for, expired or was erased. */
export const eventsShow = defineTask({
  name: 'events.show',
  args: z.object({ id: idField, body: z.boolean() }),
  result: z.object({ ...eventFields, deliveries: z.array(deliverySchema), effects: z.array(effectSchema), body: bodySchema.nullable() }),
  async run({ db }, { id, body }) {
    const event = await showEvent(db, id, { withBody: body });
    if (event === null)
      throw new CliFailure(
        `There is no event ${id}: it never came, or was removed after its retention. List what there is: deskbridge events list.`,
      );
    const deliveries = await listDeliveries(db, { eventId: id, limit: DELIVERIES_SHOWN });
    const effects = await listEffects(db, { eventId: id });
    return {
      ...toEventFields(event),
      deliveries: deliveries.map(toDeliveryView),
      effects: effects.map(toEffectView),
      body: event.raw === null ? null : toBody(event.raw),
    };
  },
});

function toEventFields({ id, connection, topic, record, dedupe, receivedAt }: EventSummary): {
  id: string;
  connection: string;
  topic: string;
  record: string | null;
  dedupe: string;
  receivedAt: string;
} {
  return { id, connection, topic, record, dedupe, receivedAt: receivedAt.toISOString() };
}
