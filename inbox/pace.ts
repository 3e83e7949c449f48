/** Decides between calm (a workflow a group) and backlog (a workflow for many): calm while few deliveries come a second. */
export interface Pace {
  /** How many deliveries may still be handed over step by step right now. */
  calmRoom(nowMs: number): number;
  /** Notes that so many groups were handed over, one by one or together: after a backlog it takes a quiet moment to be calm again. */
  spent(groups: number, nowMs: number): void;
}

/** Up to where it is calm, in deliveries. */
export interface PaceLimits {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket that holds `burst` deliveries, refills at `perSecond` and owes at most `burst`. */
export function createPace({ perSecond, burst }: PaceLimits): Pace {
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
    spent(deliveries, nowMs) {
      refill(nowMs);
      room = Math.max(-burst, room - deliveries);
    },
  };
}
