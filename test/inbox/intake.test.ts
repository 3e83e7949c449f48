import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIntake, fromIntakeRow, toIntakeRow } from '../../inbox/intake.ts';
import { chatwootMail, mailHtml } from '../fixtures/chatwoot-mail.ts';
import type { WorkflowStarter } from '../../inbox/starter.ts';
import type { RecordRow } from '../../store/inbox/record-events.ts';
import type { IntakeInput } from '../../workflows/contract.ts';

const NOW_MS = 1_700_000_000_000;
/** docs.temporal.io, blob size limit error: a payload larger than 2 MiB is refused. */
const TEMPORAL_LIMIT = 2 * 1024 * 1024;
/** What the codec and protobuf add. */
const ENVELOPE = 2_000;

function row(raw: Buffer, id = 'a'): RecordRow {
  return {
    connection: 'desk',
    dedupe: Buffer.alloc(32, id),
    topic: 'message.created',
    record: 'conversation:77',
    raw,
    receivedAt: new Date(NOW_MS),
    deliveries: [{ flow: 'threads', key: 'conversation:77', lane: 0 }],
  };
}

function openIntake(): { readonly take: (rows: readonly RecordRow[]) => Promise<void>; readonly inputs: IntakeInput[] } {
  const inputs: IntakeInput[] = [];
  const unused = (): Promise<never> => Promise.reject(new Error('not part of intake'));
  const starter: WorkflowStarter = {
    startDelivery: unused,
    startBatch: unused,
    stateOf: unused,
    startIntake: (_id, input) => Promise.resolve(void inputs.push(input)),
  };
  const intake = createIntake({ starter, owner: 'test', now: () => NOW_MS });
  return { take: (rows) => intake.take(rows), inputs };
}

describe('an event that is taken while the store is down', () => {
  it('fits into what Temporal takes, however often it says the same: an e-mail of 8 MB', async () => {
    const { take, inputs } = openIntake();
    const mail = row(Buffer.from(chatwootMail(mailHtml(1_250_000))));
    expect(mail.raw.length).toBeGreaterThan(7_700_000);
    await take([mail]);
    expect(JSON.stringify(inputs[0]).length).toBeLessThan(TEMPORAL_LIMIT - ENVELOPE);
    const [taken] = inputs[0]?.rows.map(fromIntakeRow) ?? [];
    expect(taken).toMatchObject({ ...mail, raw: expect.any(Buffer) });
    // Byte by byte, toEqual would take minutes.
    expect(taken?.raw.equals(mail.raw)).toBe(true);
  });

  it.each([
    ['an empty one', Buffer.alloc(0)],
    ['a small one', Buffer.from('{"id":1}')],
    ['bytes that are no text', Buffer.from([0, 255, 10, 13])],
    ['a large one that packs', Buffer.alloc(400_000, '{"a":1},')],
    ['a large one that does not', randomBytes(400_000)],
  ])('comes out as it went in: %s', (_what, raw) => {
    const packed = toIntakeRow(row(raw), NOW_MS);
    expect(packed.raw.length).toBeLessThanOrEqual(Math.ceil(raw.length / 3) * 4);
    expect(fromIntakeRow(packed).raw.equals(raw)).toBe(true);
  });

  it('is refused where Temporal would refuse it, and takes nothing else of its request along', async () => {
    const { take, inputs } = openIntake();
    await expect(take([row(Buffer.from('{}')), row(randomBytes(1_600_000), 'b')])).rejects.toMatchObject({ name: 'TooLargeForIntake' });
    expect(inputs).toEqual([]);
    await take([row(randomBytes(1_400_000), 'c')]);
    expect(JSON.stringify(inputs[0]).length).toBeLessThan(TEMPORAL_LIMIT - ENVELOPE);
  });

  it('does not make others of its commit too large', async () => {
    const { take, inputs } = openIntake();
    await Promise.all([1, 2, 3, 4].map((n) => take([row(randomBytes(700_000), String(n))])));
    expect(inputs).toHaveLength(4);
    for (const input of inputs) expect(JSON.stringify(input).length).toBeLessThan(TEMPORAL_LIMIT - ENVELOPE);
  });
});
