/** Decides between calm (a workflow a group) and backlog (a workflow for many): calm while few groups come a second. */
export interface Pace {
  /** How many groups may still be handed over one by one right now. */
  calmRoom(nowMs: number): number;
  /** Notes that so many groups were handed over, one by one or together: after a backlog it takes a quiet moment to be calm again. */
  spent(groups: number, nowMs: number): void;
}

/** A bucket that holds `burst` groups, refills at `perSecond` and owes at most `burst`. */
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
      room = Math.max(-burst, room - groups);
    },
  };
}
