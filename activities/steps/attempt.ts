import type { GroupRef } from '../../model/delivery.ts';

/** One attempt at a group: the newest epoch of its key, by which the store tells it from attempts that were overtaken. */
export interface Attempt {
  readonly group: GroupRef;
  readonly epoch: string;
}
