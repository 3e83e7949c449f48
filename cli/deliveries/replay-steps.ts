import { formatTable } from '../terminal/table.ts';
import { replayMake } from '../../operator/tasks/replay.ts';
import type { Io } from '../terminal/io.ts';
import type { CallTask } from '../../operator/tasks/task.ts';

type Plan = { readonly flow: string; readonly replayable: number; readonly underWay: number; readonly withoutBody: number };
type Filter = {
  readonly flow?: string;
  readonly connection?: string;
  readonly topic?: string;
  readonly record?: string;
  readonly since?: string;
  readonly until?: string;
  readonly event?: string;
};

/** What would be done, by flow. */
export function planText(flows: readonly Plan[], again: boolean): string {
  const rows = flows.map((plan) => [plan.flow, String(plan.replayable), String(plan.underWay), String(plan.withoutBody)]);
  const what = again
    ? 'Everything is done anew: effects that were done already are repeated, customers may see them twice.'
    : 'Effects that were done already are not repeated; what is missing is done.';
  return `${formatTable(['FLOW', 'WOULD RUN', 'UNDER WAY (LEFT ALONE)', 'WITHOUT BODY'], rows)}\n${what}`;
}

/** Makes the deliveries flow by flow, with a line of progress for each. Answers how many. */
export async function makeByFlow(
  io: Io,
  call: CallTask,
  { filter, flows, again }: { readonly filter: Filter; readonly flows: readonly Plan[]; readonly again: boolean },
): Promise<number> {
  let total = 0;
  for (const { flow, replayable } of flows) {
    if (replayable === 0) continue;
    const { made } = await call(replayMake, { filter: { ...filter, flow }, again });
    total += made;
    io.err(`${flow}: ${made} of ${replayable}\n`);
  }
  return total;
}
