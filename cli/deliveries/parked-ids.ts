import { deliveriesList } from '../../operator/tasks/deliveries.ts';
import type { CallTask } from '../../operator/tasks/task.ts';

const PAGE = 500;

/** The ids of every parked delivery of a flow, oldest first; `code`: only those stopped by it. */
export async function findParked(call: CallTask, which: { readonly flow: string; readonly code?: string }): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: {
      readonly deliveries: readonly { readonly id: string; readonly parked: { readonly code: string } | null }[];
      readonly next: string | null;
    } = await call(deliveriesList, {
      flow: which.flow,
      state: 'parked',
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    ids.push(...page.deliveries.filter((one) => which.code === undefined || one.parked?.code === which.code).map((one) => one.id));
    after = page.next;
  } while (after !== null);
  return ids.reverse();
}
