import type { Migration } from '../migration.ts';

/**
 * The planner counts rows seldom or never, and a queue is empty when it does. So each statement that runs often has one index that
 * it can use, and it is the right one: those of a lease are found by key too, and the operators' index speaks of `state::int`, which
 * statements on `state` cannot use.
 */
export const plans: Migration = {
  id: '003-plans',
  statements: [
    'drop index delivery_lease',
    'create index delivery_lease on delivery (lease, key) where state = 1',
    'drop index delivery_listing',
    'create index delivery_listing on delivery (flow, (state::int), id) where state::int <> 2',
  ],
};
