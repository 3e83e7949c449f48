import { LANES } from '../../model/delivery.ts';
import { connectorOf } from '../../connectors/registry.ts';
import type { Facts } from '../../connectors/connector.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { GroupMember, GroupRef, Lane, LoadedGroup } from '../../model/delivery.ts';
import type { BodyReader } from './body-reader.ts';

/** What the configuration says about flows and connections when a group runs. */
export interface FlowDirectory {
  /** The flow as configured today; undefined: this configuration lacks it. */
  flow(name: string): { readonly do: string; readonly options: JsonObject; readonly coalesce: boolean } | undefined;
  /** A connection's type, such as `stripe`. */
  connectionType(name: string): string | undefined;
}

/** A group as the store gave it at the start of an attempt, without its events' bodies. */
export interface BegunGroup {
  readonly ref: GroupRef;
  readonly epoch: string;
  readonly rows: readonly BegunRow[];
}

/** What reading a group takes. */
export interface GroupReading {
  readonly directory: FlowDirectory;
  readonly bodies: BodyReader;
}

/** The groups of a lease, in the order of their first rows. */
export function toBegunGroups(rows: readonly BegunRow[], lease: string): BegunGroup[] {
  const groups = new Map<string, { readonly ref: GroupRef; readonly epoch: string; readonly rows: BegunRow[] }>();
  for (const row of rows) {
    const id = `${row.flow}\n${row.lane}\n${row.key}`;
    const known = groups.get(id);
    if (known !== undefined) known.rows.push(row);
    else groups.set(id, { ref: { lease, flow: row.flow, lane: toLane(row.lane), key: row.key }, epoch: row.epoch, rows: [row] });
  }
  return [...groups.values()];
}

/**
 * A group as its run sees it, on today's configuration; without a flow where that or a connection is not known here. A body is read only
 * where its event's facts are not at hand, one at a time, and not kept.
 */
export async function readGroup({ ref, epoch, rows }: BegunGroup, reading: GroupReading): Promise<LoadedGroup> {
  const { directory } = reading;
  const members: GroupMember[] = [];
  for (const row of rows) members.push(toMember(row, await factsOf(row, reading)));
  // Without its connection an event has no facts, and a flow would take it for one that is none of its business.
  const isReadable = rows.every(({ connection }) => directory.connectionType(connection) !== undefined);
  const flow = isReadable ? directory.flow(ref.flow) : undefined;
  return { group: ref, epoch, flow: flow === undefined ? null : { do: flow.do, options: flow.options }, members };
}

/** null: the body is gone, and with it what is known of the event. */
async function factsOf(row: BegunRow, { directory, bodies }: GroupReading): Promise<Facts | null> {
  const { eventId, topic, bodyBytes: bytes } = row;
  if (bytes === null) return null;
  const type = directory.connectionType(row.connection);
  const inbound = type === undefined ? undefined : connectorOf(type)?.receives;
  if (inbound === undefined) return {};
  const kept = row.facts === null ? null : toFacts(row.facts);
  return kept ?? bodies.with({ eventId, bytes }, (raw) => (raw === null ? null : inbound.facts(topic, raw)));
}

/** The facts that were kept; null: they are no facts as this version knows them. */
function toFacts(text: string): Facts | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFacts(value) ? value : null;
  } catch {
    return null;
  }
}

function isFacts(value: unknown): value is Facts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((fact) => fact === null || ['string', 'number', 'boolean'].includes(typeof fact));
}

function toMember(row: BegunRow, facts: Facts | null): GroupMember {
  const { connection, topic, record, eventId, deliveryId, attempts } = row;
  const edits = isObject(row.edits) ? row.edits : null;
  const again = row.generation === 0 ? '' : `#${row.generation}`;
  const identity = `${connection}:${row.dedupe.slice(0, 32)}${again}`;
  return {
    deliveryId,
    attempts,
    edits,
    ...(facts === null ? { lacks: 'body' as const } : {}),
    event: { id: eventId, identity, connection, topic, record, receivedAt: row.receivedAt.toISOString(), facts: facts ?? {} },
  };
}

function toLane(lane: number): Lane {
  return lane === LANES.replay ? LANES.replay : LANES.live;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
