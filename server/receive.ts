import { createHash } from 'node:crypto';
import { hintFor } from './mismatch-hint.ts';
import { isStoreDown } from './recording.ts';
import { withTimeLimit } from './time-limit.ts';
import type { InboundEvent, RawRequest, Reading } from '../connectors/connector.ts';
import type { BoundInbound } from './bound-inbound.ts';
import type { Delivery, RecordRow, Stores } from './ports.ts';
import type { InFlight } from './in-flight.ts';
import type { Recorded, Recording } from './recording.ts';
import type { Outcome } from './verdict.ts';

/** What the way from bytes to outcome needs. */
export interface ReceiveDeps {
  route(connection: string, event: InboundEvent): readonly Delivery[];
  readonly recording: Recording;
  readonly inFlight: InFlight;
  readonly park: Stores['park'];
  readonly parkMs: number;
  now(): number;
}

/**
 * Handshake, readiness, verification, reading, routing, recording: what one complete request comes to. Up to the verification nothing
 * is waited for and no place is taken, so that strangers cannot hold one.
 */
export async function receive(deps: ReceiveDeps, connection: BoundInbound, request: RawRequest): Promise<Outcome> {
  const handshake = connection.handshake(request);
  if (handshake) return { verdict: 'handshake', reason: 'unsigned', answer: handshake };
  if (connection.refusal !== null) return { verdict: 'misconfigured', reason: 'not_ready', hint: connection.refusal };
  const verification = connection.verify(request, deps.now());
  if (!verification.ok) return { verdict: 'refused', reason: verification.reason, hint: hintFor(verification.reason, request) };
  const { secretIndex } = verification;
  const entry = deps.inFlight.enter(connection.name, request.body.length);
  if ('full' in entry) return { verdict: 'busy', reason: entry.full, secretIndex };
  try {
    return { ...(await act(deps, connection, connection.read(request), request)), secretIndex };
  } finally {
    entry.place.release();
  }
}

async function act(deps: ReceiveDeps, connection: BoundInbound, reading: Reading, request: RawRequest): Promise<Outcome> {
  if (reading.kind === 'handshake') return { verdict: 'handshake', reason: reading.name, answer: reading.answer };
  if (reading.kind === 'foreign') return { verdict: 'foreign', reason: 'other_tenant', hint: reading.problem };
  if (reading.kind === 'events') return recordEvents(deps, connection, reading.events);
  if (reading.park && !connection.sender.retries) return park(deps, connection, reading.problem, request);
  return { verdict: 'unusable', reason: 'unusable', hint: reading.problem, status: reading.status };
}

async function recordEvents(deps: ReceiveDeps, connection: BoundInbound, events: readonly InboundEvent[]): Promise<Outcome> {
  if (events.length === 0) return { verdict: 'ignored', reason: 'nothing_to_do' };
  const receivedAt = new Date(deps.now());
  const rows = events.map((event) => toRow(deps, connection.name, event, receivedAt));
  const recorded = await deps.recording.record(rows);
  return { ...outcomeOf(recorded, rows), topics: events.map((event) => event.topic) };
}

function toRow(deps: ReceiveDeps, connection: string, event: InboundEvent, receivedAt: Date): RecordRow {
  return {
    connection,
    dedupe: createHash('sha256').update(event.dedupeKey).digest(),
    topic: event.topic,
    record: event.record,
    raw: event.body,
    facts: JSON.stringify(event.facts),
    receivedAt,
    deliveries: deps.route(connection, event),
  };
}

function outcomeOf(recorded: Recorded, rows: readonly RecordRow[]): Outcome {
  const wanted = rows.some((row) => row.deliveries.length > 0);
  if (recorded.kind === 'full') return { verdict: 'busy', reason: 'inbox_full' };
  if (recorded.kind === 'nowhere') return { verdict: 'unavailable', reason: recorded.reason };
  if (recorded.kind === 'intake') return { verdict: wanted ? 'accepted' : 'ignored', reason: 'intake' };
  const eventIds = recorded.rows.map((row) => row.eventId);
  if (!recorded.rows.some((row) => row.fresh)) return { verdict: 'duplicate', reason: null, eventIds };
  return wanted ? { verdict: 'accepted', reason: null, eventIds } : { verdict: 'ignored', reason: 'no_flow', eventIds };
}

async function park(deps: ReceiveDeps, connection: BoundInbound, problem: string, request: RawRequest): Promise<Outcome> {
  const sha256 = createHash('sha256').update(request.body).digest();
  const parked = { connection: connection.name, problem, sha256, raw: request.body, receivedAt: new Date(deps.now()) };
  try {
    await withTimeLimit('parking', deps.parkMs, deps.park(parked));
    return { verdict: 'parked', reason: 'unusable', hint: problem };
  } catch (error) {
    if (!isStoreDown(error)) throw error;
    return { verdict: 'unavailable', reason: 'store_down', hint: problem };
  }
}
