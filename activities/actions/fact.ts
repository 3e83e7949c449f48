import type { ActionTable } from '../steps/action.ts';

/** Actions on what events tell of. */
export const factActions: Pick<ActionTable, 'findFact'> = {
  findFact: ({ findFact }, { fact, lastStep }) => findFact({ fact, lastStep }),
};
