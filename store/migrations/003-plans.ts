import type { Migration } from '../migration.ts';

/**
 * Statistics are mostly taken while the queue is empty, so plans must not depend on them. Each statement that runs often has exactly one
 * index that it can use: rows of a lease are indexed by key too, and the operators' index is on `state::int`, which statements on `state`
 * cannot use.
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
