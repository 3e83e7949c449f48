import { z } from 'zod';
import { messageOf } from '../fail.ts';
import { defineTask } from './task.ts';

const partSchema = z.object({ ok: z.boolean(), text: z.string() });

/** Whether store and Temporal answer. */
export const systemCheck = defineTask({
  name: 'system.check',
  args: z.object({}),
  result: z.object({ store: partSchema, temporal: partSchema }),
  async run({ db, workflows }) {
    const [store, temporal] = await Promise.all([
      attempt(() => db.query('select id from migration limit 1')),
      attempt(() => workflows.check()),
    ]);
    return { store, temporal };
  },
});

/** Whether something works; where it doesn't, what it says. */
export async function attempt(work: () => Promise<unknown>): Promise<z.output<typeof partSchema>> {
  try {
    await work();
    return { ok: true, text: 'answers' };
  } catch (error) {
    return { ok: false, text: messageOf(error) };
  }
}
