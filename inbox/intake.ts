import { pack, unpack } from './pack.ts';
import { createGroupCommit } from '../store/group-commit.ts';
import type { RecordRow } from '../store/inbox/record-events.ts';
import type { IntakeRow } from '../workflows/contract.ts';
import type { WorkflowStarter } from './starter.ts';

/** Bytes of bodies (as base64) and facts in one `intake` workflow; Temporal refuses payloads over 2 MiB (docs.temporal.io, blob size limit). */
const MOST_BYTES = 1_000_000;
/** Bytes of a body (as base64) that goes alone: 2 MiB less what stands around it. */
const MOST_BYTES_OF_ONE = 2_000_000;
const MOST_ROWS = 500;
const MOST_QUEUED_ROWS = 5000;
const MOST_QUEUED_BYTES = 64_000_000;
const START_DEADLINE_MS = 1300;

/** A body is larger than Temporal takes, packed as well: only the store can take it. */
export class TooLargeForIntake extends Error {
  override readonly name = 'TooLargeForIntake';
}

/** Takes events while the store is down. */
export interface Intake {
  /** Resolves when Temporal has the rows; rejects where it is away too, and with TooLargeForIntake. */
  take(rows: readonly RecordRow[]): Promise<void>;
  drain(): Promise<void>;
}

/** Groups bodies into `intake` workflows, so that a 2xx means "on disk" also while the store is down. */
export function createIntake({
  starter,
  owner,
  now,
}: {
  readonly starter: WorkflowStarter;
  readonly owner: string;
  now(): number;
}): Intake {
  let count = 0;
  const born = now().toString(36);
  const commits = createGroupCommit<IntakeRow, null>({
    async commit(batch) {
      count += 1;
      await starter.startIntake(`intake/${owner}/${born}-${count}`, { rows: batch }, START_DEADLINE_MS);
      return batch.map(() => null);
    },
    maxRows: MOST_ROWS,
    maxBatchBytes: MOST_BYTES,
    maxQueuedRows: MOST_QUEUED_ROWS,
    maxQueuedBytes: MOST_QUEUED_BYTES,
    sizeOf: (row) => row.raw.length + (row.facts?.length ?? 0),
  });
  return {
    async take(rows) {
      const taken = rows.map((row) => toIntakeRow(row, now()));
      const largest = Math.max(0, ...taken.map(({ raw }) => raw.length));
      if (largest > MOST_BYTES_OF_ONE)
        throw new TooLargeForIntake(
          `A body of ${largest} bytes, packed and as base64, is more than Temporal takes (${MOST_BYTES_OF_ONE}). It can be taken again when the store is back.`,
        );
      await Promise.all(taken.map((row) => commits.add(row)));
    },
    drain: () => commits.drain(),
  };
}

/** An event as it travels through `intake`; a large body is packed. */
export function toIntakeRow(row: RecordRow, nowMs: number): IntakeRow {
  const { connection, topic, record, deliveries } = row;
  return {
    connection,
    topic,
    record,
    deliveries,
    dedupe: row.dedupe.toString('hex'),
    ...pack(row.raw),
    receivedAt: (row.receivedAt ?? new Date(nowMs)).toISOString(),
    ...(row.facts === undefined ? {} : { facts: row.facts }),
  };
}

/** The recorder's row again. */
export function fromIntakeRow(row: IntakeRow): RecordRow {
  const { connection, topic, record, deliveries } = row;
  return {
    connection,
    topic,
    record,
    deliveries,
    dedupe: Buffer.from(row.dedupe, 'hex'),
    raw: unpack(row),
    receivedAt: new Date(row.receivedAt),
    ...(row.facts === undefined ? {} : { facts: row.facts }),
  };
}
