import { LANES } from '../../model/delivery.ts';
import { connectorOf } from '../../connectors/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { GroupMember, GroupRef, Lane, LoadedGroup } from '../../model/delivery.ts';

/** What the configuration says about flows and connections when a group runs. */
export interface FlowDirectory {
  /** The flow as configured today; undefined: this configuration lacks it. */
  flow(name: string): { readonly do: string; readonly options: JsonObject } | undefined;
  /** A connection's type, such as `stripe`. */
  connectionType(name: string): string | undefined;
}

interface Gathered {
  readonly ref: GroupRef;
  readonly epoch: string;
  readonly members: GroupMember[];
  readonly connections: Set<string>;
}

/** The groups of a lease as read at the start of an attempt, in the order of their first deliveries; without a flow where it is not known here. */
export function toLoadedGroups(rows: readonly BegunRow[], lease: string, directory: FlowDirectory): LoadedGroup[] {
  const groups = new Map<string, Gathered>();
  for (const row of rows) {
    const id = `${row.flow}\n${row.lane}\n${row.key}`;
    const ref: GroupRef = { lease, flow: row.flow, lane: toLane(row.lane), key: row.key };
    const group: Gathered = groups.get(id) ?? { ref, epoch: row.epoch, members: [], connections: new Set() };
    group.members.push(toMember(row, directory));
    group.connections.add(row.connection);
    groups.set(id, group);
  }
  return [...groups.values()].map(({ ref, epoch, members, connections }) => {
    // Without its connection an event has no facts, and a flow would take it for one that is none of its business.
    const isReadable = [...connections].every((name) => directory.connectionType(name) !== undefined);
    return { group: ref, epoch, flow: isReadable ? (directory.flow(ref.flow) ?? null) : null, members };
  });
}

function toMember(row: BegunRow, directory: FlowDirectory): GroupMember {
  const { connection, topic, record, eventId, deliveryId, attempts } = row;
  const edits = isObject(row.edits) ? row.edits : null;
  const type = directory.connectionType(connection);
  const inbound = type === undefined ? undefined : connectorOf(type)?.receives;
  const lacks = row.raw === null ? 'body' : null;
  const facts = row.raw === null || inbound === undefined ? {} : inbound.facts(topic, row.raw);
  const again = row.generation === 0 ? '' : `#${row.generation}`;
  const identity = `${connection}:${row.dedupe.slice(0, 32)}${again}`;
  return {
    deliveryId,
    attempts,
    edits,
    ...(lacks === null ? {} : { lacks }),
    event: { id: eventId, identity, connection, topic, record, receivedAt: row.receivedAt.toISOString(), facts },
  };
}

function toLane(lane: number): Lane {
  return lane === LANES.replay ? LANES.replay : LANES.live;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
