import type { OperationTable } from '../steps/action.ts';

/** Operations on what events tell of. */
export const factOperations: Pick<OperationTable, 'findFact'> = {
  findFact: async ({ ledger }, { fact, lastStep }) => ledger.findFact({ fact, lastStep }),
};
