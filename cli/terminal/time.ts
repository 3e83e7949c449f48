import { readDuration } from '../../model/fields/duration.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** How long ago (or ahead) a moment is, in its largest unit: `3m ago`, `in 2h`, `now`. */
export function formatRelative(iso: string, nowMs: number): string {
  const differenceMs = nowMs - Date.parse(iso);
  const [unit, worthMs] = UNITS.find(([, worth]) => Math.abs(differenceMs) >= worth) ?? ['now', 0];
  if (worthMs === 0) return 'now';
  const count = `${Math.floor(Math.abs(differenceMs) / worthMs)}${unit}`;
  return differenceMs >= 0 ? `${count} ago` : `in ${count}`;
}

/** Relative, and exact beside it; null: `empty`. */
export function formatMoment(iso: string | null, nowMs: number, empty = '-'): string {
  return iso === null ? empty : `${formatRelative(iso, nowMs)} (${iso})`;
}

/** A moment as an operator types it: `2h` (that long ago) or ISO 8601 with a time zone. undefined: neither. */
export function readMoment(text: string, nowMs: number): string | undefined {
  const duration = readDuration(text);
  if (duration.ok) return toIso(nowMs - duration.value);
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  return isIso ? toIso(Date.parse(text)) : undefined;
}

function toIso(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
