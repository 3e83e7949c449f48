/** Numbers in column `delivery.state`. A parked delivery is a handed one with `parked` set. */
export const DELIVERY_STATES = { waiting: 0, handed: 1, done: 2, superseded: 3, skipped: 4, terminated: 5 } as const;

export type DeliveryState = keyof typeof DELIVERY_STATES;

/** The name of a stored state. */
export function toDeliveryState(stored: number): DeliveryState {
  const name = NAMES[stored];
  if (name === undefined)
    throw new Error(`Column delivery.state holds ${stored}; expected 0 to 5. A newer version may have written it: upgrade this one.`);
  return name;
}

const NAMES: readonly (DeliveryState | undefined)[] = ['waiting', 'handed', 'done', 'superseded', 'skipped', 'terminated'];
