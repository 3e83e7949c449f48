import { formatFields, formatTable } from '../terminal/table.ts';
import { formatMoment, formatRelative } from '../terminal/time.ts';
import type { z } from 'zod';
import type { DeliveryView } from '../../operator/tasks/delivery-view.ts';
import type { effectSchema } from '../../operator/tasks/effect-view.ts';

/** Deliveries as a table. */
export function formatDeliveries(deliveries: readonly DeliveryView[], nowMs: number): string {
  const rows = deliveries.map((one) => [
    one.id,
    one.flow,
    one.state,
    one.topic,
    one.record ?? '-',
    String(one.attempts),
    formatRelative(one.receivedAt, nowMs),
    one.parked?.code ?? one.outcome ?? one.reason ?? '',
  ]);
  return formatTable(['ID', 'FLOW', 'STATE', 'TOPIC', 'RECORD', 'TRIES', 'RECEIVED', 'WHAT'], rows);
}

/** Effects as a table, or a sentence where there are none. */
export function formatEffects(effects: readonly z.output<typeof effectSchema>[], nowMs: number): string {
  if (effects.length === 0) return 'No effects: nothing was written to another system.';
  const rows = effects.map((one) => [
    one.state,
    one.kind,
    `${one.connection}/${one.target}`,
    one.remoteId ?? '-',
    one.class,
    formatRelative(one.firstAt, nowMs),
  ]);
  return `Effects\n${formatTable(['STATE', 'KIND', 'TARGET', 'REMOTE ID', 'CLASS', 'WHEN'], rows)}`;
}

/** One delivery, and what to do where it is parked. */
export function formatDelivery(one: DeliveryView & { readonly temporalUi: string | null }, nowMs: number): string {
  const fields = formatFields([
    ['delivery', one.id],
    ['state', one.state],
    ['flow', `${one.flow}, lane ${one.lane}`],
    ['event', `${one.eventId}: ${one.connection}/${one.topic}`],
    ['record', one.record],
    ['key', one.key],
    ['received', formatMoment(one.receivedAt, nowMs)],
    ['settled', one.settledAt === null ? null : formatMoment(one.settledAt, nowMs)],
    ['attempts', String(one.attempts)],
    ['replay of', one.replayOf],
    ['outcome', one.outcome],
    ['reason', one.reason],
    ['stuck', one.alarm],
    ['workflow', one.workflowId],
    ['Temporal UI', one.temporalUi],
  ]);
  if (one.parked === null) return fields;
  const { code, step, connection, message, hint } = one.parked;
  const failure = formatFields([
    ['stopped by', code],
    ['in step', connection === null ? step : `${step}, at ${connection}`],
    ['message', message],
    ['what to do', hint],
  ]);
  const next = `Then one of:\n  deskbridge deliveries retry ${one.id}\n  deskbridge deliveries skip ${one.id}\n  deskbridge deliveries edit ${one.id} --set ${step}.field=value`;
  return `${fields}\n\nNeeds attention\n${failure}\n\n${next}`;
}
