/** One figure that must hold. */
export interface Check {
  readonly what: string;
  readonly found: number;
  readonly wanted: string;
  readonly ok: boolean;
}

/** A figure that must be at most so much. */
export function atMost(what: string, found: number, most: number): Check {
  return { what, found, wanted: `≤ ${most}`, ok: found <= most };
}

/** A figure that must be at least so much. */
export function atLeast(what: string, found: number, least: number): Check {
  return { what, found, wanted: `≥ ${least}`, ok: found >= least };
}

/** A line for people. `of`: what the figure belongs to, where several have it. */
export function toCheckLine({ what, found, wanted, ok }: Check, of?: string): string {
  const figure = Number.isInteger(found) ? String(found) : found.toFixed(3);
  return `${ok ? 'holds ' : 'FAILS '} ${of === undefined ? '' : `${of}: `}${what}: ${figure} (${wanted})`;
}
