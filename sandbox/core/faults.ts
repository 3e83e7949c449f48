import { toPattern } from './router.ts';
import { fieldsOf, integerOf, textOf } from './values.ts';

/** Ways in which a request can go wrong. */
export const REQUEST_FAULTS = [
  '429',
  '429-no-retry-after',
  '500',
  '500-after-write',
  'slow',
  'reset',
  'reset-after-write',
  'truncated',
  'html-503',
  'expired-token',
  'down',
] as const;
/** Ways in which a webhook can go wrong. */
export const HOOK_FAULTS = ['hook-duplicate', 'hook-reordered', 'hook-dropped', 'hook-delayed'] as const;

/** The name of a fault. */
export type FaultKind = (typeof REQUEST_FAULTS)[number] | (typeof HOOK_FAULTS)[number];

/** A fault on demand. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which requests it meets: method, and path with `*` or `:name` for one part, `**` for several. For webhooks: `event`. Left out: all. */
  readonly match?: { readonly method?: string; readonly path?: string; readonly event?: string };
  /** How often. Default: once; `down` lasts until it is cleared. */
  readonly times?: number;
  /** Milliseconds, for `slow` and `hook-delayed`. Default 1000. */
  readonly ms?: number;
  /** Seconds in Retry-After, for `429` (default 1) and `html-503` (default: no such header). */
  readonly retryAfter?: number;
}

/** The faults of one system. */
export interface Faults {
  add(fault: Fault): void;
  /** Ends all faults, or those of one kind. */
  clear(kind?: FaultKind): void;
  /** What is still to come, with the times left. */
  list(): readonly Fault[];
  /** Takes the first fault that fits a request, and counts it. */
  takeForRequest(method: string, path: string): Fault | undefined;
  /** Takes the first fault that fits a webhook, and counts it. */
  takeForHook(event: string): Fault | undefined;
}

interface Armed {
  readonly fault: Fault;
  readonly path: RegExp | undefined;
  left: number;
}

/** Builds an empty set of faults. */
export function createFaults(): Faults {
  let armed: Armed[] = [];
  const take = (fits: (one: Armed) => boolean): Fault | undefined => {
    const found = armed.find(fits);
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) armed = armed.filter((one) => one !== found);
    return found.fault;
  };
  return {
    add: (fault) => {
      const path = fault.match?.path === undefined ? undefined : toPattern(fault.match.path);
      armed.push({ fault, path, left: fault.times ?? (fault.kind === 'down' ? Number.POSITIVE_INFINITY : 1) });
    },
    clear: (kind) => {
      armed = kind === undefined ? [] : armed.filter((one) => one.fault.kind !== kind);
    },
    list: () => armed.map(({ fault, left }) => ({ ...fault, times: left })),
    takeForRequest: (method, path) =>
      take(
        ({ fault, path: pattern }) =>
          !isHookFault(fault.kind) && (fault.match?.method ?? method) === method && (pattern?.test(path) ?? true),
      ),
    takeForHook: (event) => take(({ fault }) => isHookFault(fault.kind) && (fault.match?.event ?? event) === event),
  };
}

/** Reads a fault from JSON. Throws with the list of kinds where the kind is unknown. */
export function parseFault(value: unknown): Fault {
  const fields = fieldsOf(value);
  const kind = [...REQUEST_FAULTS, ...HOOK_FAULTS].find((known) => known === fields['kind']);
  if (kind === undefined) throw new Error(`unknown fault kind; expected one of ${[...REQUEST_FAULTS, ...HOOK_FAULTS].join(', ')}`);
  const match = fieldsOf(fields['match']);
  return {
    kind,
    match: given({ method: textOf(match['method']), path: textOf(match['path']), event: textOf(match['event']) }),
    ...given({ times: integerOf(fields['times']), ms: integerOf(fields['ms']), retryAfter: integerOf(fields['retryAfter']) }),
  };
}

function isHookFault(kind: FaultKind): boolean {
  return kind.startsWith('hook-');
}

function given<Value>(fields: { readonly [name: string]: Value | undefined }): { [name: string]: Value } {
  const kept: { [name: string]: Value } = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}
