import { DELIVERY_STATES } from './delivery-state.ts';
import type { DeliveryState } from './delivery-state.ts';

/** Which deliveries; a property left out does not narrow. */
export interface DeliveryFilter {
  readonly connection?: string;
  readonly topic?: string;
  readonly record?: string;
  readonly flow?: string;
  readonly lane?: number;
  readonly state?: DeliveryState;
  /** True: only parked ones. */
  readonly parked?: boolean;
  readonly eventId?: string;
  /** Their event was received at or after. */
  readonly since?: Date;
  /** Their event was received before. */
  readonly until?: Date;
}

/** The condition on `d` (delivery) and `e` (event), with the parameters $1 to $10. */
export const DELIVERY_CONDITION = `($1::text is null or e.connection = $1) and ($2::text is null or e.topic = $2)
  and ($3::text is null or e.record = $3) and ($4::text is null or d.flow = $4) and ($5::smallint is null or d.lane = $5)
  and ($6::smallint is null or d.state::int = $6) and (not $7::boolean or d.parked is not null) and ($8::bigint is null or d.event_id = $8)
  and ($9::timestamptz is null or e.received_at >= $9) and ($10::timestamptz is null or e.received_at < $10)`;

/** The values of $1 to $10. */
export function toFilterParameters(filter: DeliveryFilter): unknown[] {
  return [
    filter.connection ?? null,
    filter.topic ?? null,
    filter.record ?? null,
    filter.flow ?? null,
    filter.lane ?? null,
    filter.state === undefined ? null : DELIVERY_STATES[filter.state],
    filter.parked ?? false,
    filter.eventId ?? null,
    filter.since?.toISOString() ?? null,
    filter.until?.toISOString() ?? null,
  ];
}
