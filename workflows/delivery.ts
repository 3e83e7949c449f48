import { condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { runGroup } from '../flows/run-group.ts';
import { runOf } from '../flows/runs.ts';
import { StepError } from '../model/step-failure.ts';
import { decideAfterRetries } from './after-retries.ts';
import { inbox } from './inbox-activities.ts';
import { editUpdate, retryUpdate, skipUpdate, validateEdit } from './messages.ts';
import { LOST_DETAILS, toEndedDetails, toParkedDetails, toRunningDetails } from './operator-text.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';
import { createStepsInDelivery } from './steps-in-delivery.ts';
import type { StepFailure } from '../model/step-failure.ts';
import type { Release } from './after-retries.ts';
import type { DeliveryInput, DeliveryReport, EditInput, SettleInput } from './contract.ts';
import type { Finished, GroupRef, GroupResult } from '../model/delivery.ts';

/** What an operator decided about a parked delivery. */
type Decision = { readonly kind: 'retry' } | { readonly kind: 'skip' } | { readonly kind: 'edit'; readonly edit: EditInput };

/** One key's group: its deliveries one after another; what only a person can mend is parked here. */
export async function delivery(input: DeliveryInput): Promise<DeliveryReport> {
  let parked = false;
  let decision: Decision | null = null;
  const decide = (made: Decision): string => {
    decision = made;
    return `${made.kind}: accepted`;
  };
  const validator = (): void => {
    if (!parked || decision !== null) throw new Error('Nothing is parked here: the group is running, or a decision was already taken.');
  };
  setHandler(retryUpdate, () => decide({ kind: 'retry' }), {
    validator,
    description: "Run the group again, on today's code and configuration",
  });
  setHandler(skipUpdate, () => decide({ kind: 'skip' }), {
    validator,
    description: 'Leave the parked delivery out and go on with the next',
  });
  setHandler(editUpdate, (edit) => decide({ kind: 'edit', edit }), {
    validator: (edit) => {
      validator();
      validateEdit(edit);
    },
    description: 'Replace values of effects not sent yet, then run again',
  });

  const result = await runLoaded(input.group);
  if (result === null) return ended('lost', [], null);
  if (result.stopped === null) return settleAll(input.group, result.finished);
  const { deliveryId, failure, attempts } = result.stopped;
  const next = decideAfterRetries(failure, attempts);
  if (next.then === 'release') return release(input.group, result.finished, failure, next);

  if (!(await park(input.group, result.finished, deliveryId, failure))) return ended('lost', [], null);
  parked = true;
  await condition(() => decision !== null);
  return resolve(input.group, deliveryId, failure, decision ?? { kind: 'retry' });
}

async function runLoaded(group: GroupRef): Promise<GroupResult | null> {
  const loaded = await inbox.loadGroup.executeWithOptions({ summary: group.key }, [group]);
  if (loaded.epoch === null) return null;
  setCurrentDetails(toRunningDetails(group.flow, loaded.members.length));
  try {
    const asksFacts = loaded.asksFacts === true;
    return await runGroup({ steps: (member) => createStepsInDelivery(group, member, asksFacts), group: loaded, run: runOf(loaded) });
  } catch (error) {
    if (error instanceof StepError && error.failure.kind === 'lost') return null;
    throw error;
  }
}

async function settleAll(group: GroupRef, finished: readonly Finished[]): Promise<DeliveryReport> {
  const { held } = await settle({ group, finished, then: 'free', retrying: false, notBeforeMs: 0, reason: null, parked: null });
  return held ? ended('settled', finished, null) : ended('lost', [], null);
}

async function release(
  group: GroupRef,
  finished: readonly Finished[],
  { code, message }: StepFailure,
  next: Release,
): Promise<DeliveryReport> {
  const { pauseMs: notBeforeMs, blamed: retrying } = next;
  const reason = `${code}: ${message}`;
  const { held } = await settle({ group, finished, then: 'free', retrying, notBeforeMs, reason, parked: null });
  return held ? ended('released', finished, reason) : ended('lost', [], null);
}

async function park(group: GroupRef, finished: readonly Finished[], deliveryId: string, failure: StepFailure): Promise<boolean> {
  const { held } = await settle({ group, finished, then: 'hold', retrying: true, notBeforeMs: 0, reason: failure.code, parked: failure });
  if (!held) return false;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.needsAttention, value: true },
    { key: SEARCH_ATTRIBUTES.outcome, value: failure.code },
  ]);
  setCurrentDetails(toParkedDetails(group, deliveryId, failure));
  return true;
}

async function resolve(group: GroupRef, deliveryId: string, failure: StepFailure, decision: Decision): Promise<DeliveryReport> {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]);
  if (decision.kind === 'edit') await inbox.saveEdits({ group, deliveryId, values: decision.edit.values });
  if (decision.kind === 'retry' && failure.code === 'unknown_effect') await inbox.allowResend({ group, deliveryId });
  const finished: readonly Finished[] =
    decision.kind === 'skip' ? [{ deliveryId, state: 'skipped', text: `Skipped by an operator after ${failure.code}.` }] : [];
  const reason = `${decision.kind} by an operator after ${failure.code}`;
  const { held } = await settle({ group, finished, then: 'free', retrying: true, notBeforeMs: 0, reason, parked: null });
  return held ? ended('released', finished, reason) : ended('lost', [], null);
}

function settle(input: SettleInput): Promise<{ readonly held: boolean }> {
  const summary = `${input.finished.length} finished, key ${input.then === 'free' ? 'freed' : 'held'}`;
  return inbox.settleGroup.executeWithOptions({ summary }, [input]);
}

function ended(outcome: DeliveryReport['outcome'], finished: readonly Finished[], reason: string | null): DeliveryReport {
  setCurrentDetails(outcome === 'lost' ? LOST_DETAILS : toEndedDetails(finished, reason));
  return { outcome, finished, reason };
}
