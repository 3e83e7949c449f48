import { z } from 'zod';
import { openFlows } from '../../store/gates/flow-gate.ts';
import { closeConnection, listConnectionGates, openConnection } from '../../store/gates/gate.ts';
import { defineTask } from './task.ts';
import { wakeDispatchers } from './wake.ts';

const CLOSED_HINT = 'An operator closed it.';

/** Why a connection takes no calls. */
export const gateSchema = z.object({
  connection: z.string(),
  state: z.enum(['down', 'throttled', 'unauthorized', 'operator']),
  reason: z.string(),
  hint: z.string(),
  since: z.string(),
  /** null: until somebody opens it. */
  closedUntil: z.string().nullable(),
  /** When it is tried next; null: not by itself. */
  probeAt: z.string().nullable(),
  failures: z.number(),
});

/** The closed connections. */
export const connectionsList = defineTask({
  name: 'connections.list',
  args: z.object({}),
  result: z.object({ gates: z.array(gateSchema) }),
  async run({ db }) {
    const gates = await listConnectionGates(db);
    return {
      gates: gates.map(({ connection, state, reason, hint, failures, ...gate }) => ({
        connection,
        state,
        reason,
        hint,
        failures,
        since: gate.since.toISOString(),
        closedUntil: gate.closedUntil?.toISOString() ?? null,
        probeAt: gate.probeAt?.toISOString() ?? null,
      })),
    };
  },
});

/** Opens a connection's gate, and those of flows that were closed for what they met there: they go on. */
export const connectionsResume = defineTask({
  name: 'connections.resume',
  args: z.object({ connection: z.string() }),
  result: z.object({ connection: z.string(), wasClosed: z.boolean(), flows: z.array(z.string()) }),
  async run({ db }, { connection }) {
    const wasClosed = await openConnection(db, connection);
    const flows = await openFlows(db, { connection });
    if (wasClosed || flows.length > 0) await wakeDispatchers(db);
    return { connection, wasClosed, flows: [...flows] };
  },
});

/** Closes a connection's gate until somebody opens it; it is not probed. */
export const connectionsClose = defineTask({
  name: 'connections.close',
  args: z.object({ connection: z.string(), reason: z.string(), flows: z.array(z.string()) }),
  result: z.object({ connection: z.string(), wasOpen: z.boolean(), flows: z.array(z.string()) }),
  async run({ db }, { connection, reason, flows }) {
    const hint = `${CLOSED_HINT} Open it with: deskbridge connection resume ${connection}.`;
    const wasOpen = (await listConnectionGates(db)).every((gate) => gate.connection !== connection);
    await closeConnection(db, { connection, state: 'operator', reason, hint, closedForMs: null, probeInMs: null }, flows);
    return { connection, wasOpen, flows };
  },
});
