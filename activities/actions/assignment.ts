import type { ActionContext } from '../steps/action.ts';
import { findNamed } from './names.ts';
import type { NameCache } from './names.ts';

/** Ids of whom a conversation is assigned to. */
export type Assignment = { readonly assigneeId: string | null; readonly teamId: string | null };

/** The ids of the configured agent and team. Throws StepError `not_found_by_name`. */
export async function resolveAssignment(
  context: ActionContext,
  names: NameCache,
  to: { readonly connection: string; readonly assignee: string | null; readonly team: string | null },
): Promise<Assignment> {
  const { connection } = to;
  const agent = to.assignee === null ? null : await findNamed(context, names, { connection, kind: 'agent', name: to.assignee });
  const team = to.team === null ? null : await findNamed(context, names, { connection, kind: 'team', name: to.team });
  return { assigneeId: agent?.id ?? null, teamId: team?.id ?? null };
}
