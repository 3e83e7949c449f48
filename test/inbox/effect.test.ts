import { expect, it } from 'vitest';
import { createEffectCommits } from '../../activities/effects/effect-commits.ts';
import { beginLease } from '../../store/inbox/begin.ts';
import { withdrawIntent } from '../../store/effects/effect-give-up.ts';
import { allowResend, resendIntent, settleEffect, writeIntent, writeIntents } from '../../store/effects/effect.ts';
import { findEffect, findFact, ownEffect, recallEffect } from '../../store/effects/effect-look-up.ts';
import { releaseLease } from '../../store/inbox/lease.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, claimAndBegin, recordEach } from '../helpers/inbox.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { IntentRow } from '../../store/effects/effect.ts';

function toIntent(row: BegunRow | undefined, overrides: Partial<IntentRow> = {}): IntentRow {
  if (row === undefined) throw new Error('Nothing was begun; expected a delivery.');
  const { flow, key, lane, epoch, eventId } = row;
  return {
    intent: `shop:1/${flow}/reply`,
    lease: 'L1',
    flow,
    key,
    lane,
    epoch,
    eventId,
    connection: 'helpdesk',
    kind: 'message',
    target: 'conversation:42',
    class: 'marked',
    mark: 'mark',
    fingerprint: 'print',
    textHash: 'hash',
    sendForMs: 5_000,
    ...overrides,
  };
}

describeOnEachDatabase('an intent', (open) => {
  it('is fresh the first time and existing afterwards', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const first = await writeIntent(db, toIntent(row));
    expect(first).toMatchObject({ kind: 'fresh', row: { state: 'pending', class: 'marked', epoch: row?.epoch, eventId: row?.eventId } });
    expect(first.kind === 'fresh' && first.row.sendByInMs > 4_000 && first.row.sendByInMs <= 5_000).toBe(true);
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'existing', row: { state: 'pending' } });
  });

  it('is refused to an older epoch, another lease, and after a release', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [older] = await claimAndBegin(db, 'L1');
    const [newer] = await beginLease(db, 'L1');
    expect(await writeIntent(db, toIntent(older))).toEqual({ kind: 'lost' });
    expect(await writeIntent(db, toIntent(newer, { lease: 'L2' }))).toEqual({ kind: 'lost' });
    await releaseLease(db, 'L1', { reason: 'test' });
    expect(await writeIntent(db, toIntent(newer))).toEqual({ kind: 'lost' });
    expect(await findEffect(db, toIntent(newer).intent)).toBeNull();
  });

  it('that an earlier attempt left pending is answered with its time to send, and taken over only by the newest attempt', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [older] = await claimAndBegin(db, 'L1');
    await writeIntent(db, toIntent(older));
    const [newer] = await beginLease(db, 'L1');
    expect(await writeIntent(db, toIntent(newer))).toMatchObject({ kind: 'existing', row: { epoch: older?.epoch, state: 'pending' } });
    const { intent } = toIntent(newer);
    expect(await resendIntent(db, { ...toIntent(older), intent, sendForMs: 1_000 })).toBeNull();
    expect(await resendIntent(db, { ...toIntent(newer), intent, sendForMs: 1_000, fingerprint: 'other' })).toMatchObject({
      epoch: newer?.epoch,
      fingerprint: 'other',
    });
    expect(await settleEffect(db, { intent, epoch: older?.epoch ?? '', state: 'done', remoteId: '1', result: null })).toBe(false);
    expect(await settleEffect(db, { intent, epoch: newer?.epoch ?? '', state: 'done', remoteId: '2', result: { messageId: '2' } })).toBe(
      true,
    );
    expect(await findEffect(db, intent)).toMatchObject({ state: 'done', remoteId: '2', result: { messageId: '2' } });
  });

  it('that is done is never done again, nor becomes unknown', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const { intent, epoch } = toIntent(row);
    await writeIntent(db, toIntent(row));
    await settleEffect(db, { intent, epoch, state: 'done', remoteId: '7', result: 'seven' });
    expect(await settleEffect(db, { intent, epoch, state: 'done', remoteId: '7', result: 'seven' })).toBe(true);
    expect(await settleEffect(db, { intent, epoch, state: 'unknown', remoteId: null, result: null })).toBe(false);
    expect(await resendIntent(db, { ...toIntent(row), intent, sendForMs: 1_000 })).toBeNull();
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'existing', row: { state: 'done', result: 'seven' } });
  });

  it('of unknown outcome is sent again only after an operator allowed it', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const { intent, epoch } = toIntent(row);
    await writeIntent(db, toIntent(row, { class: 'once' }));
    await settleEffect(db, { intent, epoch, state: 'unknown', remoteId: null, result: null });
    expect(await resendIntent(db, { ...toIntent(row), intent, sendForMs: 1_000 })).toBeNull();
    expect(await allowResend(db, { lease: 'L2', deliveryId: row?.deliveryId ?? '' })).toBe(0);
    expect(await allowResend(db, { lease: 'L1', deliveryId: row?.deliveryId ?? '' })).toBe(1);
    expect(await writeIntent(db, toIntent(row, { class: 'once' }))).toMatchObject({ kind: 'fresh' });
  });

  it('that was refused is fresh again once it is withdrawn, by the attempt that owns it alone and while it is pending', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const { intent, epoch } = toIntent(row);
    await writeIntent(db, toIntent(row));
    await withdrawIntent(db, { intent, epoch: String(BigInt(epoch) - 1n) });
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'existing' });
    await withdrawIntent(db, { intent, epoch });
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'fresh' });
    await settleEffect(db, { intent, epoch, state: 'done', remoteId: '7', result: null });
    await withdrawIntent(db, { intent, epoch });
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'existing' });
  });

  it('that two events of two keys share belongs to the first, and shows the second that all was done', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k1', ['one']);
    await recordEach(db, 'sync', 'k2', ['two']);
    const [first, second] = await claimAndBegin(db, 'L1');
    const intent = 'fact~1/sync/note';
    const outcomes = await writeIntents(db, [toIntent(first, { intent }), toIntent(second, { intent })]);
    expect(outcomes).toMatchObject([{ kind: 'fresh' }, { kind: 'existing', row: { state: 'pending', eventId: first?.eventId } }]);
    const look = { intent, eventId: second?.eventId ?? '', ownBeginning: 'shop:2/sync/' };
    expect(await findFact(db, look)).toEqual({ toldBy: null, hasOwn: false });
    await settleEffect(db, { intent, epoch: first?.epoch ?? '', state: 'done', remoteId: '7', result: null });
    expect(await findFact(db, look)).toEqual({ toldBy: first?.eventId, hasOwn: false });
    expect(await findFact(db, { ...look, eventId: first?.eventId ?? '' })).toEqual({ toldBy: null, hasOwn: false });
    await writeIntent(db, toIntent(second, { intent: 'shop:2/sync/contact' }));
    expect(await findFact(db, look)).toEqual({ toldBy: first?.eventId, hasOwn: true });
    expect(await findFact(db, { ...look, ownBeginning: 'shop:2/other/' })).toMatchObject({ hasOwn: false });
  });

  it('that an attempt at another key left pending is taken over by the newer attempt, and the older one is then lost', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k1', ['one']);
    const [first] = await claimAndBegin(db, 'L1');
    await recordEach(db, 'sync', 'k2', ['two']);
    const [second] = await claimAndBegin(db, 'L2');
    const intent = 'fact~1/sync/note';
    await writeIntent(db, toIntent(first, { intent }));
    expect(await resendIntent(db, { ...toIntent(second, { lease: 'L2' }), intent, sendForMs: 1_000 })).toMatchObject({
      epoch: second?.epoch,
    });
    const done = { intent, state: 'done', remoteId: '7', result: null } as const;
    expect(await settleEffect(db, { ...done, epoch: first?.epoch ?? '' })).toBe(false);
    expect(await settleEffect(db, { ...done, epoch: second?.epoch ?? '' })).toBe(true);
  });

  it('written twice in one commit is fresh once', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const outcomes = await writeIntents(db, [
      toIntent(row),
      toIntent(row),
      toIntent(row, { intent: 'other' }),
      toIntent(row, { epoch: '1' }),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['fresh', 'existing', 'fresh', 'lost']);
  });

  it('whose commit was answered by silence is fresh again to the same call, and to no other', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    await writeIntent(db, toIntent(row, { token: 'this call' }));
    expect(await writeIntent(db, toIntent(row, { token: 'this call' }))).toMatchObject({ kind: 'fresh' });
    expect(await writeIntent(db, toIntent(row, { token: 'that call' }))).toMatchObject({ kind: 'existing' });
    expect(await writeIntent(db, toIntent(row))).toMatchObject({ kind: 'existing' });
  });

  it('shares a commit with others', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const commits = createEffectCommits(db);
    const intents = Array.from({ length: 50 }, (_unused, n) => `intent ${n}`);
    const written = await Promise.all(intents.map((intent) => commits.writeIntent(toIntent(row, { intent }))));
    expect(written.every((outcome) => outcome.kind === 'fresh')).toBe(true);
    const settled = await Promise.all(
      intents.map((intent) => commits.settleEffect({ intent, epoch: row?.epoch ?? '', state: 'done', remoteId: intent, result: null })),
    );
    expect(settled.every(Boolean)).toBe(true);
    await commits.drain();
  });
});

describeOnEachDatabase('an effect', (open) => {
  it('is recalled by flow and target, the newest first', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    for (const n of ['1', '2']) {
      await writeIntent(db, toIntent(row, { intent: n, kind: 'thread', target: 'conversation:42@C1' }));
      await settleEffect(db, { intent: n, epoch: row?.epoch ?? '', state: 'done', remoteId: n, result: { ts: n } });
    }
    const wanted = { flow: 'sync', connection: 'helpdesk', kind: 'thread', target: 'conversation:42@C1' };
    expect(await recallEffect(db, wanted)).toMatchObject({ result: { ts: '2' } });
    expect(await recallEffect(db, { ...wanted, flow: 'other' })).toBeNull();
  });

  it('is known as our own by its remote id, and pending while it may turn out to be', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const { intent, epoch } = toIntent(row);
    const seen = { connection: 'helpdesk', kind: 'message', target: 'conversation:42', remoteId: '7', textHash: 'hash' };
    expect(await ownEffect(db, seen)).toBe('foreign');
    await writeIntent(db, toIntent(row));
    expect(await ownEffect(db, seen)).toBe('pending');
    expect(await ownEffect(db, { ...seen, textHash: 'another text' })).toBe('foreign');
    expect(await ownEffect(db, { ...seen, target: 'conversation:43' })).toBe('foreign');
    await settleEffect(db, { intent, epoch, state: 'done', remoteId: '7', result: null });
    expect(await ownEffect(db, seen)).toBe('own');
    expect(await ownEffect(db, { ...seen, remoteId: '8' })).toBe('foreign');
    expect(await ownEffect(db, { ...seen, remoteId: null })).toBe('own');
  });

  it('that created a record is found by that record too, and then only with its text', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    const { intent, epoch } = toIntent(row);
    await writeIntent(db, { ...toIntent(row), kind: 'conversation', target: 'contact:9' });
    await settleEffect(db, { intent, epoch, state: 'done', remoteId: '42', result: null });
    const opening = { connection: 'helpdesk', kind: 'conversation', target: 'conversation:42', remoteId: null, textHash: 'hash' };
    expect(await ownEffect(db, opening)).toBe('own');
    expect(await ownEffect(db, { ...opening, textHash: 'another text' })).toBe('foreign');
    expect(await ownEffect(db, { ...opening, target: 'conversation:43' })).toBe('foreign');
  });

  it('that nobody settled in time holds up no look-up: the same text is our own, any other is not', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    const [row] = await claimAndBegin(db, 'L1');
    await writeIntent(db, toIntent(row, { sendForMs: -13_000 }));
    const seen = { connection: 'helpdesk', kind: 'message', target: 'conversation:42', remoteId: '9', textHash: 'hash' };
    expect(await ownEffect(db, seen)).toBe('own');
    expect(await ownEffect(db, { ...seen, textHash: 'another text' })).toBe('foreign');
    expect(await ownEffect(db, { ...seen, textHash: null })).toBe('foreign');
  });

  it('of unknown outcome is our own when its text comes back', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await claim(db, 'L1');
    const [row] = await beginLease(db, 'L1');
    const { intent, epoch } = toIntent(row);
    await writeIntent(db, toIntent(row));
    await settleEffect(db, { intent, epoch, state: 'unknown', remoteId: null, result: null });
    expect(
      await ownEffect(db, { connection: 'helpdesk', kind: 'message', target: 'conversation:42', remoteId: '9', textHash: 'hash' }),
    ).toBe('own');
  });
});
