/** Decides between calm (one workflow for each group) and backlog (one workflow for many): it is calm while few deliveries arrive per second. */
export interface Pace {
  /** How many deliveries may still be handed over step by step right now. */
  calmRoom(nowMs: number): number;
  /** Notes that so many deliveries were handed over, alone or together. After a backlog it takes a quiet moment to be calm again. */
  spent(deliveries: number, nowMs: number): void;
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
