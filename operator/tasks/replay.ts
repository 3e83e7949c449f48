import { z } from 'zod';
import { makeReplay, planReplay } from '../../store/inbox/replay.ts';
import { deliveryFilter, toStoreFilter } from './filter.ts';
import { defineTask } from './task.ts';
import { wakeDispatchers } from './wake.ts';

/** What a replay would do, by flow. */
export const replayPlan = defineTask({
  name: 'replay.plan',
  args: deliveryFilter,
  result: z.object({
    flows: z.array(z.object({ flow: z.string(), replayable: z.number(), underWay: z.number(), withoutBody: z.number() })),
  }),
  run: async ({ db }, filter) => ({ flows: [...(await planReplay(db, toStoreFilter(filter)))] }),
});

/** Makes the deliveries. `again`: effects done before are done anew. */
export const replayMake = defineTask({
  name: 'replay.make',
  args: z.object({ filter: deliveryFilter, again: z.boolean() }),
  result: z.object({ made: z.number() }),
  async run({ db }, { filter, again }) {
    const { made } = await makeReplay(db, toStoreFilter(filter), { again });
    await wakeDispatchers(db);
    return { made };
  },
});
