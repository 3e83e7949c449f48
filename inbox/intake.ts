import { createGroupCommit } from './group-commit.ts';
import type { RecordRow } from '../store/record-events.ts';
import type { IntakeRow } from '../workflows/contract.ts';
import type { WorkflowStarter } from './starter.ts';

/** Bytes of bodies (as base64) in one `intake` workflow; Temporal refuses payloads over 2 MiB. */
const MOST_BYTES = 1_000_000;
const MOST_ROWS = 500;
const MOST_QUEUED_ROWS = 5000;
const MOST_QUEUED_BYTES = 64_000_000;
const START_DEADLINE_MS = 1300;

/** Takes events while the store is down. */
export interface Intake {
  /** Resolves when Temporal has the rows; rejects where it is away too. */
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
    sizeOf: (row) => row.raw.length,
  });
  return {
    async take(rows) {
      await Promise.all(rows.map((row) => commits.add(toIntakeRow(row, now()))));
    },
    drain: () => commits.drain(),
  };
}

/** An event as it travels through `intake`. */
export function toIntakeRow(row: RecordRow, nowMs: number): IntakeRow {
  const { connection, topic, record, deliveries } = row;
  return {
    connection,
    topic,
    record,
    deliveries,
    dedupe: row.dedupe.toString('hex'),
    raw: row.raw.toString('base64'),
    receivedAt: (row.receivedAt ?? new Date(nowMs)).toISOString(),
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
    raw: Buffer.from(row.raw, 'base64'),
    receivedAt: new Date(row.receivedAt),
  };
}
