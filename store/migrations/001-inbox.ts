import type { Migration } from '../migration.ts';

/** Events, deliveries, the queue's keys, leases and gates. States of a delivery: see `store/inbox/delivery-state.ts`. */
export const inbox: Migration = {
  id: '001-inbox',
  statements: [
    'create sequence epoch',
    `create table event (
       id bigint generated always as identity primary key,
       connection text not null, dedupe bytea not null, topic text not null, record text,
       received_at timestamptz not null default clock_timestamp(),
       unique (connection, dedupe))`,
    'create index event_connection on event (connection, id)',
    'create index event_record on event (connection, record, id) where record is not null',
    'create table body (event_id bigint primary key, raw bytea not null)',
    `create table queue_key (
       flow text not null, lane smallint not null, key text not null,
       waiting int not null default 0, head bigint not null default 0,
       not_before timestamptz not null default '-infinity', retrying boolean not null default false,
       epoch bigint not null default 0, lease text,
       primary key (flow, key, lane)) with (fillfactor = 80)`,
    'create index queue_key_ready on queue_key (lane, flow, head) where waiting > 0 and lease is null',
    'create index queue_key_lease on queue_key (lease) where lease is not null',
    `create table delivery (
       id bigint generated always as identity primary key,
       event_id bigint not null, flow text not null, lane smallint not null default 0, key text not null,
       generation int not null default 0, replay_of bigint,
       state smallint not null default 0, attempts smallint not null default 0, lease text, epoch bigint not null default 0,
       outcome text, reason text, parked jsonb, edits jsonb, settled_at timestamptz,
       unique (event_id, flow, lane, generation)) with (fillfactor = 80)`,
    'create index delivery_waiting on delivery (flow, key, lane, id) where state = 0',
    'create index delivery_lease on delivery (lease) where state = 1',
    'create index delivery_listing on delivery (flow, state, id) where state <> 2',
    'create index delivery_parked on delivery (flow, id) where parked is not null',
    `create table lease (
       id text primary key, owner text not null, kind text not null, flow text not null, lane smallint not null,
       held int not null, workflow_id text, started boolean not null default false,
       created_at timestamptz not null default now(), until timestamptz not null, open boolean not null default true)`,
    'create index lease_open on lease (until) where open',
    `create table gate (
       flow text not null, lane smallint not null, closed_until timestamptz not null default '-infinity',
       closed_by jsonb not null default '{}', paused boolean not null default false,
       under_way int not null default 0, credit int not null default 256, served bigint not null default 0,
       primary key (flow, lane)) with (fillfactor = 50)`,
    `create table connection_gate (
       connection text primary key, state smallint not null, reason text not null, hint text not null,
       since timestamptz not null, closed_until timestamptz not null, failures int not null default 0, probe_at timestamptz)`,
    `create table parked_request (
       id bigint generated always as identity primary key,
       connection text not null, problem text not null, received_at timestamptz not null default clock_timestamp(),
       sha256 bytea not null, raw bytea not null)`,
    'create table applied (flow text not null, record text not null, version text not null, primary key (flow, record))',
  ],
};
