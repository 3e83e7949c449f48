import { StepError } from '../../model/step-failure.ts';
import { assertCrosses, toBoundedFailure } from '../../flows/crossing.ts';
import { withEdits } from './edits.ts';
import { lost, toStepFailure } from '../failure.ts';
import { createFindFact, toIntents } from '../effects/delivery-intents.ts';
import { createLedger } from '../effects/ledger.ts';
import type { ActionInput, ActionName, ActionOutput } from '../../flows/actions.ts';
import type { GroupRef } from '../../model/delivery.ts';
import type { Fence } from '../../store/effects/effect.ts';
import type { EffectStore } from '../effects/effect-store.ts';
import type { GateKeeper } from '../gates/keeper.ts';
import type { StepCall } from '../../workflows/contract.ts';
import type { ActionTable } from './action.ts';
import type { Connections } from '../../connectors/ports/ports.ts';

/** What running a step takes. */
export interface StepDeps {
  readonly actions: ActionTable;
  readonly connections: Connections;
  readonly gates: GateKeeper;
  readonly effects: EffectStore;
  /** Milliseconds since an event was received, by the store's clock; null: it is not stored any more. */
  eventAge(eventId: string): Promise<number | null>;
  /** Takes a new epoch for the group's key under its lease; null: the lease is no longer ours. */
  renewEpoch(group: GroupRef): Promise<string | null>;
}

/**
 * Runs one step: holds it back while its connection's gate is closed, applies an operator's edits, gives it a ledger bound to the
 * attempt, and turns whatever goes wrong into a StepError. Without an attempt it takes a new one, so that an earlier attempt
 * that still runs somewhere can write nothing more.
 */
export async function runStep<O extends ActionName>(
  deps: StepDeps,
  action: O,
  call: StepCall<O>,
  attempt?: Fence,
): Promise<ActionOutput<O>> {
  const { connection } = call.input;
  const name = call.step.item === undefined ? call.step.name : `${call.step.name}/${call.step.item}`;
  try {
    await deps.gates.check({ connection, flow: call.group.flow, step: name });
    const own = attempt ?? (await newAttempt(deps, call.group, name));
    const { identity, eventId, group } = call;
    const delivery = { flow: group.flow, identity, eventId };
    const intentOf = toIntents(delivery, { step: name, fact: call.step.fact });
    const ledger = createLedger({ store: deps.effects, fence: own, intentOf, eventId, step: name });
    const findFact = createFindFact(deps.effects, delivery);
    const context = { flow: group.flow, eventId, identity, step: call.step, ledger, findFact, connections: deps.connections };
    const run: (c: typeof context, input: ActionInput<O>) => Promise<ActionOutput<O>> = deps.actions[action];
    const output = await run(context, withEdits(call.input, call.step, call.edits));
    assertCrosses(output, { what: 'answer', step: name, connection });
    return output;
  } catch (error) {
    throw new StepError(toBoundedFailure(await deps.gates.failed(error, toStepFailure(error, name))));
  }
}

async function newAttempt(deps: StepDeps, group: GroupRef, step: string): Promise<Fence> {
  const epoch = await deps.renewEpoch(group);
  if (epoch === null) throw lost(step);
  return { ...group, epoch };
}
