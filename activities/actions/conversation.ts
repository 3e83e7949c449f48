import type { Conversation, HelpdeskClient } from '../../connectors/ports/helpdesk.ts';
import type { ActionInput } from '../../flows/actions.ts';
import type { ActionContext, ActionTable } from '../steps/action.ts';
import { resolveAssignment } from './assignment.ts';
import { reopen } from './change.ts';
import { perform } from './effect.ts';
import { toConversationExcerpt } from './excerpt.ts';
import { attention, retrySome } from './failure.ts';
import { findNamed } from './names.ts';
import type { NameCache } from './names.ts';

/** The newest conversations in which an opening message is looked for. */
const MAX_SEARCHED = 5;
/** Between two looks for a conversation that must be there. */
const LATE_RETRY_MS = 2_000;

type EnsureInput = ActionInput<'ensureConversation'>;

/** Actions that read or create conversations. */
export function createConversationActions(names: NameCache): Pick<ActionTable, 'readConversation' | 'ensureConversation'> {
  return {
    readConversation: async (context, { connection, conversationId }) => {
      const conversation = await context.connections.open('helpdesk', connection).readConversation(conversationId);
      return conversation === null ? null : toConversationExcerpt(conversation);
    },
    ensureConversation: async (context, input) => {
      const { id: inboxId } = await findNamed(context, names, { connection: input.connection, kind: 'inbox', name: input.inbox });
      const known = await findReusable(context, input, inboxId);
      if (known === null) {
        return { conversation: toConversationExcerpt(await createConversation(context, names, input, inboxId)), created: true };
      }
      if (known.status === 'open') return { conversation: toConversationExcerpt(known), created: false };
      await reopen(context, input.connection, known.id);
      return { conversation: toConversationExcerpt({ ...known, status: 'open' }), created: false };
    },
  };
}

/** The newest conversation that may be used again; snoozed and pending ones count as open. */
async function findReusable(
  context: ActionContext,
  { connection, contactId, reuse }: EnsureInput,
  inboxId: string,
): Promise<Conversation | null> {
  if (reuse === 'never') return null;
  const client = context.connections.open('helpdesk', connection);
  const abilities = await client.abilities();
  if (!abilities.listConversations) throw cannotList(context, connection, reuse);
  const conversations = await client.conversationsOf(contactId, inboxId);
  return conversations.find(({ status }) => reuse === 'any' || status !== 'resolved') ?? null;
}

async function createConversation(context: ActionContext, names: NameCache, input: EnsureInput, inboxId: string): Promise<Conversation> {
  const { connection, contactId, opening } = input;
  const client = context.connections.open('helpdesk', connection);
  const abilities = await client.abilities();
  if (!abilities.createConversation) throw cannotCreate(context, input);
  const values = { contactId, inboxId, ...(await resolveAssignment(context, names, input)), opening };
  const created: Conversation[] = [];
  const id = await perform(context, {
    class: client.effects.createConversation,
    connection,
    kind: 'conversation',
    target: `contact:${contactId}`,
    values,
    text: opening,
    send: async (send) => {
      const conversation = await client.createConversation(values, send);
      created.push(conversation);
      return conversation.id;
    },
    find: (mark, sinceMs) => findCreated(client, values, mark, sinceMs),
  });
  const found = created[0] ?? (await client.readConversation(id));
  if (found === null) throw gone(context, connection, id);
  return found;
}

/** The conversation an earlier attempt created: by its mark, or where the helpdesk keeps none by its opening message. */
async function findCreated(
  client: HelpdeskClient,
  { contactId, inboxId, opening }: { readonly contactId: string; readonly inboxId: string; readonly opening: string },
  mark: string,
  sinceMs: number,
): Promise<string | null> {
  const conversations = await client.conversationsOf(contactId, inboxId);
  const marked = conversations.find((conversation) => conversation.mark === mark);
  if (marked !== undefined) return marked.id;
  for (const { id } of conversations.filter((conversation) => conversation.mark === null).slice(0, MAX_SEARCHED)) {
    if ((await client.findMessage(id, { mark, text: opening, private: false, sinceMs })) !== null) return id;
  }
  return null;
}

function cannotList(context: ActionContext, connection: string, reuse: string): Error {
  return attention(context, {
    code: 'missing_ability',
    message: `The token of ${connection} cannot list conversations, which \`reuse: ${reuse}\` needs: the server refused or does not know that call when it was probed.`,
    hint: `Give ${connection} a token that may list conversations, or set \`reuse: never\` in the flow, so that every event opens a new conversation; then retry.`,
    connection,
  });
}

function cannotCreate(context: ActionContext, { connection, contactId, inbox, reuse }: EnsureInput): Error {
  const byHand = `open a conversation with contact ${contactId} in the inbox ${JSON.stringify(inbox)} by hand`;
  const other = {
    open: `, set \`reuse: any\` in the flow, so that a resolved one is used again, or ${byHand}`,
    any: `, or ${byHand}`,
    never: ', or set `reuse: open` in the flow',
  }[reuse];
  return attention(context, {
    code: 'missing_ability',
    message: `A new conversation is needed, and the token of ${connection} cannot create conversations: the server refused or does not know that call when it was probed.`,
    hint: `Give ${connection} a token that may create conversations${other}; then retry.`,
    connection,
  });
}

/** It may only be late to show, so it is looked for some more times before a person is asked. */
function gone(context: ActionContext, connection: string, id: string): Error {
  const obstacle = {
    code: 'record_gone' as const,
    message: `Conversation ${id}, which an earlier attempt created in ${connection}, is not there.`,
    hint: 'If it was deleted on purpose: skip. Otherwise replay the event with --again to open a new one.',
    connection,
  };
  return retrySome(context, obstacle, LATE_RETRY_MS);
}
