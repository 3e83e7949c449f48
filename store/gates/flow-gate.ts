import { toStoredJson } from '../driver/stored-text.ts';
import type { Queryable } from '../driver/database.ts';

/** Why a flow takes no deliveries until a person lets it go on. */
export interface FlowAttention {
  readonly code: string;
  readonly connection: string;
  /** What a person can do about it. */
  readonly hint: string;
}

/** A flow with the connections that it calls. */
export interface FlowNeeds {
  readonly flow: string;
  readonly connections: readonly string[];
}

/** Notes which connections the flows call, in place of what was known: while one of them is closed, the flow's queues are. */
export async function registerNeeds(db: Queryable, flows: readonly FlowNeeds[]): Promise<void> {
  if (flows.length === 0) return;
  await db.query(REGISTER, [toStoredJson(flows)]);
}

/** Notes that a flow calls a connection, beside what is known: it met its gate closed, so its queue did not know. */
export async function addNeed(db: Queryable, flow: string, connection: string): Promise<void> {
  // An update and no upsert, which would lock the row though there is nothing to change: what is under way has one.
  await db.query('update gate set needs = needs || $2::text where flow = $1 and not needs @> array[$2::text]', [flow, connection]);
}

/** Closes a flow's queues until a person opens them; its connections and other flows are left alone. True: it was open, so raise the alarm. */
export async function closeFlow(db: Queryable, flow: string, attention: FlowAttention): Promise<boolean> {
  const rows = await db.query(
    `insert into gate as g (flow, lane, attention) select $1, lane, $2::jsonb from unnest(array[0, 1]::smallint[]) as lane order by lane
     on conflict (flow, lane) do update set attention = excluded.attention where g.attention is null returning 1`,
    [flow, toStoredJson(attention)],
  );
  return rows.length > 0;
}

/** Opens the queues that `closeFlow` closed: of one flow, or of all that were closed for a cause at this connection. Answers the flows. */
export async function openFlows(
  db: Queryable,
  which: { readonly flow: string } | { readonly connection: string },
): Promise<readonly string[]> {
  const [column, name] = 'flow' in which ? ['flow', which.flow] : ["attention->>'connection'", which.connection];
  const rows = await db.query<{ flow: string }>(
    `with mine as materialized (select flow, lane from gate where attention is not null and ${column} = $1 order by flow, lane for update)
     update gate g set attention = null from mine m where g.flow = m.flow and g.lane = m.lane returning g.flow`,
    [name],
  );
  return [...new Set(rows.map(({ flow }) => flow))].sort();
}

const REGISTER = `
with named as (
  select n.flow, lane, n.connections from jsonb_to_recordset($1::jsonb) as n (flow text, connections text[])
  cross join unnest(array[0, 1]::smallint[]) as lane)
insert into gate as g (flow, lane, needs) select flow, lane, connections from named order by flow, lane
on conflict (flow, lane) do update set needs = excluded.needs where g.needs is distinct from excluded.needs`;
