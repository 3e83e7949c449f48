/** Decides between calm (a workflow a group) and backlog (a workflow for many): calm while few groups come a second. */
export interface Pace {
  /** How many groups may still be handed over one by one right now. */
  calmRoom(nowMs: number): number;
  /** Notes that so many groups were handed over one by one. */
  spent(groups: number, nowMs: number): void;
}

/** A bucket that holds `burst` groups and refills at `perSecond`. */
export function createPace({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }): Pace {
  let room = burst;
  let filledAt = 0;
  const refill = (nowMs: number): void => {
    if (filledAt > 0) room = Math.min(burst, room + ((nowMs - filledAt) / 1000) * perSecond);
    filledAt = nowMs;
  };
  return {
    calmRoom(nowMs) {
      refill(nowMs);
      return Math.floor(room);
    },
    spent(groups, nowMs) {
      refill(nowMs);
      room -= groups;
    },
  };
}
