/** An event that was acknowledged; those of one key were sent one after another. */
export interface KillEvent {
  readonly id: string;
  readonly key: string;
}

/** What became of the events of a run in which the process was killed. */
export interface KillVerdict {
  readonly acknowledged: number;
  /** Acknowledged, never seen by the remote system, and no longer held by the peer as far as can be told. */
  readonly lost: number;
  /** Likewise, but the peer still holds that many. */
  readonly waiting: number;
  /** Effects beyond the first of an event. */
  readonly doubled: number;
  /** Events that took effect first after a later one of their key had. */
  readonly outOfOrder: number;
}

/**
 * Compares what was acknowledged, in the order of acknowledgement, with what arrived, in the order of arrival. `held`: events that
 * the peer still meant to carry out at the last look.
 */
export function judgeKill(acknowledged: readonly KillEvent[], arrived: readonly string[], held: number): KillVerdict {
  const firstAt = new Map<string, number>();
  arrived.forEach((id, index) => {
    if (!firstAt.has(id)) firstAt.set(id, index);
  });
  const missing = acknowledged.filter(({ id }) => !firstAt.has(id)).length;
  const waiting = Math.min(missing, held);
  return {
    acknowledged: acknowledged.length,
    lost: missing - waiting,
    waiting,
    doubled: arrived.length - firstAt.size,
    outOfOrder: countOvertaken(acknowledged, firstAt),
  };
}

function countOvertaken(acknowledged: readonly KillEvent[], firstAt: ReadonlyMap<string, number>): number {
  const latest = new Map<string, number>();
  let overtaken = 0;
  for (const { id, key } of acknowledged) {
    const at = firstAt.get(id);
    if (at === undefined) continue;
    const before = latest.get(key) ?? -1;
    if (at < before) overtaken += 1;
    latest.set(key, Math.max(before, at));
  }
  return overtaken;
}
