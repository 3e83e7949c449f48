import type { Migration } from '../migration.ts';

/**
 * What waits for a person is told from what runs: `gate.under_way` counts only the latter. What an operator said about a flow's pause is
 * told from what the configuration file says: `gate.paused` is what comes of both. A lease can carry an alarm. An older release runs on
 * this schema too: it neither reads nor writes the new columns. `repairUnderWay` and `applyFlows` put right what it does not know of.
 */
export const inboxSources: Migration = {
  id: '006-inbox',
  statements: [
    'alter table queue_key add column parked boolean not null default false',
    'alter table gate add column file_paused boolean not null default false, add column said_paused boolean',
    'alter table lease add column parked boolean not null default false, add column alarm text',
    `update queue_key k set parked = true from delivery d
     where d.parked is not null and d.state = 1 and d.lease = k.lease and d.flow = k.flow and d.key = k.key and d.lane = k.lane`,
    `update lease l set parked = true where l.open
       and exists (select from queue_key k where k.lease = l.id) and not exists (select from queue_key k where k.lease = l.id and not k.parked)`,
    `update gate g set under_way = (
       select count(*) from queue_key k where k.lease is not null and not k.parked and k.flow = g.flow and k.lane = g.lane)`,
    'create index lease_running on lease (until) where open and not parked',
  ],
};
