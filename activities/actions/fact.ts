import type { ActionTable } from '../steps/action.ts';

/** Actions on what events tell of. */
export const factActions: Pick<ActionTable, 'findFact'> = {
  findFact: async ({ ledger }, { fact, lastStep }) => ledger.findFact({ fact, lastStep }),
};
