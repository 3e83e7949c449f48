import { z } from 'zod';
import type { Send } from '../../model/effect.ts';
import type { EffectCall } from '../effects/effect-call.ts';
import type { ActionContext } from '../steps/action.ts';

/** What the ledger keeps of a write: no more than who was written, and for which event. */
const keptWrite = z.object({ id: z.string(), event: z.string() });
type Kept = z.output<typeof keptWrite>;

/** A remote write whose result is a remote id. */
export interface Write extends Omit<EffectCall<Kept>, 'kept' | 'remoteId' | 'send' | 'find'> {
  /** Sends it; the record's remote id. */
  send(send: Send): Promise<string>;
  /** `marked` only: the remote id, if it is there already. */
  find?(mark: string, sinceMs: number): Promise<string | null>;
}

/** Sends a write through the ledger and returns the remote id, from the earlier attempt if that was carried out. */
export async function perform(context: ActionContext, write: Write): Promise<string> {
  const keep = (id: string): Kept => ({ id, event: context.identity });
  const { send, find, ...rest } = write;
  const kept = await context.ledger.perform<Kept>({
    ...rest,
    kept: keptWrite,
    ...(find === undefined ? {} : { find: async (mark, sinceMs) => keepUnlessNull(await find(mark, sinceMs), keep) }),
    send: async (told) => keep(await send(told)),
    remoteId: ({ id }) => id,
  });
  return kept.id;
}

/** The result of an earlier write of this flow, whichever event caused it; null: there is none. */
export async function recall(
  context: ActionContext,
  effect: { readonly connection: string; readonly kind: string; readonly target: string },
): Promise<Kept | null> {
  const result = await context.ledger.recall(effect);
  return result === null ? null : keptWrite.parse(result);
}

function keepUnlessNull(id: string | null, keep: (id: string) => Kept): Kept | null {
  return id === null ? null : keep(id);
}
