import { z } from 'zod';
import { listDeliveries, showDelivery } from '../../store/inbox/query-deliveries.ts';
import { listEffects } from '../../store/effects/query-effects.ts';
import { CliFailure } from '../fail.ts';
import { deliverySchema, toDeliveryView } from './delivery-view.ts';
import { effectSchema, toEffectView } from './effect-view.ts';
import { deliveryFilter, pageFields, toStoreFilter } from './filter.ts';
import { defineTask, idField } from './task.ts';
import type { DeliverySummary } from '../../store/inbox/query-deliveries.ts';
import type { Queryable } from '../../store/driver/database.ts';

/** Deliveries, newest first. `next`: where to go on; null: that was all. */
export const deliveriesList = defineTask({
  name: 'deliveries.list',
  args: z.object({ ...deliveryFilter.shape, ...pageFields, state: z.exactOptional(deliverySchema.shape.state) }),
  result: z.object({ deliveries: z.array(deliverySchema), next: z.string().nullable() }),
  async run({ db }, { after, limit = 50, state, ...filter }) {
    const byState = state === undefined ? {} : state === 'parked' ? { parked: true } : { state };
    const rows = await listDeliveries(db, {
      ...toStoreFilter(filter),
      ...byState,
      limit,
      ...(after === undefined ? {} : { afterId: after }),
    });
    return { deliveries: rows.map(toDeliveryView), next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  },
});

/** One delivery with what it wrote. `temporalUi`: where its workflow is shown. */
export const deliveriesShow = defineTask({
  name: 'deliveries.show',
  args: z.object({ id: idField }),
  result: deliverySchema.extend({ edits: z.json().nullable(), effects: z.array(effectSchema), temporalUi: z.string().nullable() }),
  async run({ db, workflows }, { id }) {
    const row = await findDelivery(db, id);
    const effects = await listEffects(db, { eventId: row.eventId, flow: row.flow });
    const edits = row.edits === null ? null : z.json().parse(row.edits);
    return {
      ...toDeliveryView(row),
      edits,
      effects: effects.map(toEffectView),
      temporalUi: row.workflowId === null ? null : workflows.link(row.workflowId),
    };
  },
});

/** The delivery of this id; throws CliFailure where there is none. */
export async function findDelivery(db: Queryable, id: string): Promise<DeliverySummary> {
  const row = await showDelivery(db, id);
  if (row === null)
    throw new CliFailure(
      `There is no delivery ${id}: it was never made, or was removed after its retention. List what there is: deskbridge deliveries list.`,
    );
  return row;
}
