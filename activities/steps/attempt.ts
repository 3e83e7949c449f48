import type { GroupRef } from '../../workflows/contract.ts';

/** One attempt at a group: the newest epoch of its key, by which the store tells it from attempts that were overtaken. */
export interface Attempt {
  readonly group: GroupRef;
  readonly epoch: string;
}
