import { z } from 'zod';
import { editDelivery, endPause, skipDelivery } from '../../store/inbox/change-delivery.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { makeReplay } from '../../store/inbox/replay.ts';
import { CliFailure } from '../fail.ts';
import { findDelivery } from './deliveries.ts';
import { isParked } from './delivery-view.ts';
import { mergeEdits } from './merge-edits.ts';
import { defineTask, idField } from './task.ts';
import { wakeDispatchers } from './wake.ts';
import { MAX_EDIT_CHARS } from '../../workflows/contract.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Change } from '../../store/inbox/change-delivery.ts';
import type { Queryable } from '../../store/driver/database.ts';
import type { DeliverySummary } from '../../store/inbox/query-deliveries.ts';
import type { TaskDeps } from './task.ts';

const SKIP_TEXT = 'Skipped by an operator before it ran.';

const values = z.record(z.string(), z.record(z.string(), z.json()));

/** What became of a decision: `workflow`: its workflow took it; `store`: the waiting delivery was changed; `replay`: it runs again. */
export const decideResult = z.object({
  id: z.string(),
  decision: z.enum(['retry', 'skip', 'edit']),
  via: z.enum(['workflow', 'store', 'replay']),
  text: z.string(),
});

/** Decides about one delivery: the workflow of a parked one is told, a waiting one is changed, a skipped or terminated one is replayed. */
export const deliveriesDecide = defineTask({
  name: 'deliveries.decide',
  args: z.discriminatedUnion('decision', [
    z.object({ id: idField, decision: z.enum(['retry', 'skip']) }),
    z.object({ id: idField, decision: z.literal('edit'), values }),
  ]),
  result: decideResult,
  async run(deps, decided) {
    const row = await findDelivery(deps.db, decided.id);
    const edits = decided.decision === 'edit' ? mergeEdits(row.edits, decided.values) : null;
    const chars = JSON.stringify(edits).length;
    if (chars > MAX_EDIT_CHARS)
      throw new CliFailure(
        `The edits of delivery ${row.id} would have ${chars} characters; at most ${MAX_EDIT_CHARS} are taken, for every step carries them.`,
      );
    const outcome = isParked(row)
      ? await tellWorkflow(deps, row, decided.decision, edits)
      : await decideHere(deps.db, row, decided.decision, edits);
    return { id: row.id, decision: decided.decision, ...outcome };
  },
});

type Kind = 'retry' | 'skip' | 'edit';
type Outcome = { readonly via: 'workflow' | 'store' | 'replay'; readonly text: string };

async function tellWorkflow({ workflows }: TaskDeps, row: DeliverySummary, kind: Kind, edits: JsonObject | null): Promise<Outcome> {
  if (row.workflowId === null)
    throw new CliFailure(`Delivery ${row.id} is parked, but its workflow is not known yet. Try again in a minute.`);
  const answer = await workflows.update(row.workflowId, kind === 'edit' ? { kind, values: edits ?? {} } : { kind });
  return { via: 'workflow', text: `Delivery ${row.id}: ${answer} by workflow ${row.workflowId}.` };
}

async function decideHere(db: Queryable, row: DeliverySummary, kind: Kind, edits: JsonObject | null): Promise<Outcome> {
  if (row.state === 'handed') throw await explainUnderWay(db, row);
  if (row.state !== 'waiting') return kind === 'retry' ? runAgain(db, row) : Promise.reject(settled(row, kind));
  if (kind === 'retry' && (await endPause(db, row.id))) {
    await wakeDispatchers(db);
    return { via: 'store', text: `Delivery ${row.id} is tried again at once, unless a gate or a pause holds its flow.` };
  }
  if (kind === 'retry')
    throw new CliFailure(
      `Delivery ${row.id} waits and runs by itself: there is nothing to retry. What holds it, if anything, is in: deskbridge flows list.`,
    );
  const change =
    kind === 'skip'
      ? await skipDelivery(db, { deliveryId: row.id, text: SKIP_TEXT })
      : await editDelivery(db, { deliveryId: row.id, edits: edits ?? {} });
  assertChanged(change, row);
  await wakeDispatchers(db);
  return {
    via: 'store',
    text: kind === 'skip' ? `Delivery ${row.id} is skipped.` : `Delivery ${row.id} is edited; it runs with the new values.`,
  };
}

async function runAgain(db: Queryable, row: DeliverySummary): Promise<Outcome> {
  if (row.state === 'done')
    throw new CliFailure(
      `Delivery ${row.id} is done. To do it all anew: deskbridge replay --event ${row.eventId} --flow ${row.flow} --again.`,
    );
  if (row.state === 'superseded')
    throw new CliFailure(
      `Delivery ${row.id} was superseded: a newer one of ${row.key} did its work. Look for it: deskbridge deliveries list --flow ${row.flow}.`,
    );
  const [newest] = await listDeliveries(db, { eventId: row.eventId, flow: row.flow, limit: 1 });
  if (newest !== undefined && newest.id !== row.id)
    throw new CliFailure(`Delivery ${newest.id} is a newer one of the same event and flow (${newest.state}): decide about that one.`);
  const { made } = await makeReplay(db, { eventId: row.eventId, flow: row.flow }, { again: false });
  const [waiting] = await listDeliveries(db, { eventId: row.eventId, flow: row.flow, state: 'waiting', limit: 1 });
  if (made === 0 || waiting === undefined)
    throw new CliFailure(`Delivery ${row.id} was changed by somebody else meanwhile. Look again: deskbridge deliveries show ${row.id}.`);
  await wakeDispatchers(db);
  return { via: 'replay', text: `Delivery ${waiting.id} does again what delivery ${row.id} left undone.` };
}

async function explainUnderWay(db: Queryable, row: DeliverySummary): Promise<CliFailure> {
  const parked = await listDeliveries(db, { flow: row.flow, parked: true, limit: 1000 });
  const ahead = parked.find((other) => other.lease === row.lease && other.key === row.key);
  if (ahead !== undefined)
    return new CliFailure(`Delivery ${row.id} waits behind delivery ${ahead.id}, which is parked: decide about that one first.`);
  return new CliFailure(
    `Delivery ${row.id} is under way in workflow ${row.workflowId ?? '(being started)'}. Wait until it is done or parked.`,
  );
}

function assertChanged(change: Change, row: DeliverySummary): void {
  if (change === 'changed') return;
  throw new CliFailure(
    `Delivery ${row.id} began or ended while you decided (${change.replace('_', ' ')}). Look again: deskbridge deliveries show ${row.id}.`,
  );
}

function settled(row: DeliverySummary, kind: Kind): CliFailure {
  const advice = row.state === 'done' || row.state === 'superseded' ? '' : ` To run it after all: deskbridge deliveries retry ${row.id}.`;
  return new CliFailure(`Delivery ${row.id} is ${row.state}: too late to ${kind} it.${advice}`);
}
