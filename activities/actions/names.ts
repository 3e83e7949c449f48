import type { HelpdeskClient, Named } from '../../connectors/ports/helpdesk.ts';
import type { ActionContext } from '../steps/action.ts';
import { attention } from './failure.ts';

/** How long a list of names is believed. */
const MAX_AGE_MS = 300_000;
/** A name that is missing is looked for again in a list older than this, so that what a person adds is soon found. */
const MAX_AGE_OF_A_MISS_MS = 5_000;
/** Names listed in a hint. */
const MAX_LISTED = 20;

/** What can be chosen by name. */
export type NameKind = 'inbox' | 'label' | 'agent' | 'team';

/** Lists of names by client, shared by all actions; a client that is made anew starts with none. */
export interface NameCache {
  list(client: HelpdeskClient, kind: NameKind, maxAgeMs: number): Promise<readonly Named[]>;
}

/** `nowMs` tells the time in milliseconds, from any origin. */
export function createNameCache(nowMs: () => number): NameCache {
  const lists = new WeakMap<HelpdeskClient, Map<NameKind, { readonly atMs: number; readonly names: Promise<readonly Named[]> }>>();
  return {
    list(client, kind, maxAgeMs) {
      const known = lists.get(client) ?? new Map();
      lists.set(client, known);
      const entry = known.get(kind);
      if (entry !== undefined && nowMs() - entry.atMs <= maxAgeMs) return entry.names;
      const names = listNames(client, kind);
      const fresh = { atMs: nowMs(), names };
      known.set(kind, fresh);
      names.catch(() => {
        if (known.get(kind) === fresh) known.delete(kind);
      });
      return names;
    },
  };
}

/**
 * What a name of the configuration stands for: id, name, or an agent's e-mail address; upper and lower case are the same
 * unless both exist. Throws StepError `not_found_by_name`.
 */
export async function findNamed(
  context: ActionContext,
  names: NameCache,
  sought: { readonly connection: string; readonly kind: NameKind; readonly name: string },
): Promise<Named> {
  const client = context.connections.open('helpdesk', sought.connection);
  for (const maxAgeMs of [MAX_AGE_MS, MAX_AGE_OF_A_MISS_MS]) {
    const found = match(await names.list(client, sought.kind, maxAgeMs), sought.name);
    if (found !== undefined) return found;
  }
  throw notFound(context, sought, await names.list(client, sought.kind, MAX_AGE_MS));
}

function listNames(client: HelpdeskClient, kind: NameKind): Promise<readonly Named[]> {
  if (kind === 'inbox') return client.inboxes();
  if (kind === 'label') return client.labels();
  return kind === 'agent' ? client.agents() : client.teams();
}

function match(candidates: readonly Named[], name: string): Named | undefined {
  const folded = name.toLowerCase();
  return (
    candidates.find((candidate) => candidate.name === name) ??
    candidates.find((candidate) => candidate.id === name) ??
    candidates.find((candidate) => candidate.name.toLowerCase() === folded || candidate.email?.toLowerCase() === folded)
  );
}

function notFound(
  context: ActionContext,
  sought: { readonly connection: string; readonly kind: NameKind; readonly name: string },
  known: readonly Named[],
): Error {
  // Who works there is personal: neither the agents nor the one sought are named.
  const personal = sought.kind === 'agent';
  const what = personal ? 'The configured agent' : `The ${sought.kind} ${JSON.stringify(sought.name)}`;
  const names = known.slice(0, MAX_LISTED).map((candidate) => candidate.name);
  const more = known.length > MAX_LISTED ? ` and ${known.length - MAX_LISTED} more` : '';
  const hint = personal
    ? 'Add this agent to the helpdesk account, or correct the name or e-mail address in the configuration; then retry.'
    : `Create it in the helpdesk, or correct the name in the configuration; then retry. Known: ${names.length === 0 ? 'none' : `${names.join(', ')}${more}`}.`;
  return attention(context, {
    code: 'not_found_by_name',
    message: `${what} does not exist in connection ${sought.connection}.`,
    hint,
    connection: sought.connection,
  });
}
