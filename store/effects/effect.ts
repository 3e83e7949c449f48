import { EFFECT_CLASSES, EFFECT_COLUMNS, EFFECT_STATES, toEffectRow } from './effect-row.ts';
import { expectOne } from '../driver/expect-one.ts';
import { toStoredJson } from '../driver/stored-text.ts';
import type { EffectClass } from '../../model/effect.ts';
import type { Json } from '../../model/json.ts';
import type { QueueKey } from '../inbox/begin.ts';
import type { Queryable } from '../driver/database.ts';
import type { EffectRow, EffectState, StoredEffect } from './effect-row.ts';

/** Proof of being the newest attempt of a key. */
export interface Fence extends QueueKey {
  readonly lease: string;
  readonly epoch: string;
}

/** A remote write that is about to be sent. */
export interface IntentRow extends Fence {
  readonly intent: string;
  /** The event that is acted on; null: none, as in a run of a job. */
  readonly eventId: string | null;
  readonly connection: string;
  readonly kind: string;
  readonly target: string;
  readonly class: EffectClass;
  readonly mark: string;
  readonly fingerprint: string;
  readonly textHash: string | null;
  /** Milliseconds from now during which it may be put on the wire. */
  readonly sendForMs: number;
  /** Random text, the same when this very call is repeated after a lost answer: then its own row counts as fresh. */
  readonly token?: string;
}

/** `fresh`: send it. `existing`: it was written before; nothing was changed. `lost`: a newer attempt owns the key. */
export type IntentOutcome = { readonly kind: 'fresh' | 'existing'; readonly row: EffectRow } | { readonly kind: 'lost' };

/** How a sent effect ended. */
export interface EffectSettlement {
  readonly intent: string;
  readonly epoch: string;
  readonly state: 'done' | 'unknown';
  readonly remoteId: string | null;
  readonly result: Json | null;
}

/** Another send of an effect that was intended before. */
export interface Resend extends Fence {
  readonly intent: string;
  readonly sendForMs: number;
  /** Of the values that are sent now; left out: the same values. */
  readonly fingerprint?: string;
  /** Likewise. */
  readonly textHash?: string | null;
  /** Default: only `pending`. */
  readonly from?: readonly EffectState[];
}

/** Writes one intent. */
export async function writeIntent(db: Queryable, row: IntentRow): Promise<IntentOutcome> {
  const [outcome] = await writeIntents(db, [row]);
  return outcome ?? { kind: 'lost' };
}

/**
 * Writes intents in one statement, each only if its epoch is the newest of its key under its lease. Answers in the order
 * of the input. A pending row of an earlier attempt is only answered: the caller waits until `sendBy` and the HTTP
 * time-out have passed, resolves it by its class, and takes it over with `resendIntent`.
 */
export async function writeIntents(db: Queryable, rows: readonly IntentRow[]): Promise<readonly IntentOutcome[]> {
  if (rows.length === 0) return [];
  const written = await db.query<StoredEffect & { n: number; fresh: boolean }>(WRITE, [toStoredJson(rows.map(toInput))]);
  const byNumber = new Map(written.map((row) => [row.n, row]));
  const outcomes: IntentOutcome[] = [];
  for (const [index, row] of rows.entries()) {
    const found = byNumber.get(index);
    if (found === undefined) outcomes.push({ kind: 'lost' });
    else if (typeof found.intent === 'string') outcomes.push({ kind: found.fresh ? 'fresh' : 'existing', row: toEffectRow(found) });
    else outcomes.push(await findLate(db, row.intent));
  }
  return outcomes;
}

/**
 * Takes over a pending effect (or, by an operator's word, an unknown one) for another send. null: a newer attempt owns
 * the key, or the effect is no longer in one of the states.
 */
export async function resendIntent(db: Queryable, resend: Resend): Promise<EffectRow | null> {
  const states = (resend.from ?? ['pending']).map((state) => EFFECT_STATES[state]);
  const rows = await db.query<StoredEffect>(RESEND, [
    resend.intent,
    resend.epoch,
    resend.flow,
    resend.key,
    resend.lane,
    resend.lease,
    resend.sendForMs,
    states,
    resend.fingerprint ?? null,
    resend.textHash ?? null,
  ]);
  return rows[0] === undefined ? null : toEffectRow(rows[0]);
}

/** Settles one effect; see `settleEffects`. */
export async function settleEffect(db: Queryable, effect: EffectSettlement): Promise<boolean> {
  const [settled] = await settleEffects(db, [effect]);
  return settled ?? false;
}

/**
 * Settles effects in one statement, each only by the attempt that owns it or a later one, and never a done one as unknown.
 * False: refused, nothing was changed. Repeating a settlement is harmless.
 */
export async function settleEffects(db: Queryable, effects: readonly EffectSettlement[]): Promise<readonly boolean[]> {
  if (effects.length === 0) return [];
  const input = effects.map((effect) => ({
    intent: effect.intent,
    epoch: effect.epoch,
    state: EFFECT_STATES[effect.state],
    remote_id: effect.remoteId,
    result: effect.result,
  }));
  const rows = await db.query<{ intent: string }>(SETTLE, [toStoredJson(input)]);
  const settled = new Set(rows.map((row) => row.intent));
  return effects.map((effect) => settled.has(effect.intent));
}

/**
 * Lets the unknown effects of a held delivery be sent again, as if they had never been: an operator looked and decided. Answers
 * how many.
 */
export async function allowResend(db: Queryable, delivery: { readonly lease: string; readonly deliveryId: string }): Promise<number> {
  const rows = await db.query(
    `delete from effect e using delivery d
     where d.id = $1 and d.lease = $2 and d.state = 1 and e.event_id = d.event_id and e.flow = d.flow and e.state = 2 returning 1`,
    [delivery.deliveryId, delivery.lease],
  );
  return rows.length;
}

function toInput(row: IntentRow, index: number): object {
  const { intent, epoch, lease, flow, key, lane, connection, kind, target, mark, fingerprint } = row;
  const renamed = {
    event_id: row.eventId,
    class: EFFECT_CLASSES[row.class],
    text_hash: row.textHash,
    send_for_ms: row.sendForMs,
    token: row.token ?? null,
  };
  return { n: index, intent, epoch, lease, flow, key, lane, connection, kind, target, mark, fingerprint, ...renamed };
}

/** Written by another attempt after our statement's snapshot. */
async function findLate(db: Queryable, intent: string): Promise<IntentOutcome> {
  const [row] = await db.query<StoredEffect>(`select ${EFFECT_COLUMNS} from effect e where e.intent = $1`, [intent]);
  return row === undefined ? { kind: 'lost' } : { kind: 'existing', row: toEffectRow(row) };
}

const WRITE = `/* prepare: intents */
with input as (
  select * from jsonb_to_recordset($1::jsonb) as t (n int, intent text, epoch bigint, lease text, flow text, key text, lane smallint,
    event_id bigint, connection text, kind text, target text, class smallint, mark text, fingerprint text, text_hash text, send_for_ms float8, token text)
  where ${expectOne('n')}),
held as materialized (
  select i.* from queue_key k join input i on i.flow = k.flow and i.key = k.key and i.lane = k.lane
  where k.lease is not distinct from i.lease and k.epoch = i.epoch order by k.flow, k.key, k.lane for share of k),
one as (select distinct on (intent) * from held order by intent, n),
made as (
  insert into effect (intent, epoch, token, flow, event_id, connection, kind, target, class, mark, fingerprint, text_hash, send_by)
  select intent, epoch, token, flow, event_id, connection, kind, target, class, mark, fingerprint, text_hash,
    clock_timestamp() + make_interval(secs => send_for_ms / 1000)
  from one order by intent on conflict (intent) do nothing returning *),
known as (
  select true as fresh, m.* from made m
  union all
  select e.epoch = h.epoch and e.state = 0 and e.token is not null and e.token = h.token, e.* from effect e join one h on h.intent = e.intent)
select h.n, coalesce(e.fresh and o.n is not null, false) as fresh, ${EFFECT_COLUMNS}
from held h left join known e on e.intent = h.intent left join one o on o.n = h.n`;

const RESEND = `
with held as (
  select from queue_key where flow = $3 and key = $4 and lane = $5 and lease = $6 and epoch = $2::bigint for share)
update effect e set epoch = $2::bigint, state = 0, fingerprint = coalesce($9::text, e.fingerprint), text_hash = coalesce($10::text, e.text_hash),
  send_by = clock_timestamp() + make_interval(secs => $7::float8 / 1000), settled_at = null
where e.intent = $1 and e.epoch <= $2::bigint and e.state = any($8::smallint[]) and exists (select from held)
returning ${EFFECT_COLUMNS}`;

const SETTLE = `/* prepare: effects */
with input as (
  select * from jsonb_to_recordset($1::jsonb) as t (intent text, epoch bigint, state smallint, remote_id text, result jsonb)
  where ${expectOne('epoch')}),
owned as materialized (
  select i.* from effect e join input i on i.intent = e.intent where e.epoch <= i.epoch and (e.state <> 1 or i.state = 1) order by e.intent for update of e)
update effect e set state = o.state, epoch = o.epoch, remote_id = o.remote_id, result = o.result, settled_at = clock_timestamp()
from owned o where e.intent = o.intent returning e.intent`;
