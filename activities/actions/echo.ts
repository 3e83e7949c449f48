import type { ActionInput } from '../../flows/actions.ts';
import type { ActionContext, ActionTable } from '../steps/action.ts';
import { retryLater } from './failure.ts';

/** How long an answer that is still on its way is waited for. */
const UNSETTLED_RETRY_MS = 500;

type Own = 'own' | 'foreign' | 'pending';

/** Tells what we wrote ourselves from what others did. */
export const echoActions: Pick<ActionTable, 'isEcho'> = {
  isEcho: async (context, input) => {
    // Only our own writes leave a mark.
    if (input.mark !== null) return true;
    const own = input.messageId === null ? await isOwnConversation(context, input) : await isOwnMessage(context, input, input.messageId);
    if (own === 'pending') throw unsettled(context, input);
    return own === 'own';
  },
};

async function isOwnConversation(
  { ledger }: ActionContext,
  { connection, conversationId, contactId }: ActionInput<'isEcho'>,
): Promise<Own> {
  const target = typeof contactId === 'string' ? `contact:${contactId}` : `conversation:${conversationId}`;
  return ledger.isOwn({ connection, kind: 'conversation', target, remoteId: conversationId, text: null });
}

async function isOwnMessage({ ledger }: ActionContext, input: ActionInput<'isEcho'>, messageId: string): Promise<Own> {
  const { connection, conversationId, contactId, text, textHash } = input;
  const said = { connection, text, textHash };
  const own = await ledger.isOwn({ ...said, kind: 'message', target: `conversation:${conversationId}`, remoteId: messageId });
  if (own !== 'foreign' || (text === null && textHash === undefined)) return own;
  // The opening message of a conversation that we created has no intent of its own. Not every helpdesk's messages tell the contact.
  const target = typeof contactId === 'string' ? `contact:${contactId}` : `conversation:${conversationId}`;
  return ledger.isOwn({ ...said, kind: 'conversation', target, remoteId: null });
}

function unsettled(context: ActionContext, { connection, conversationId }: ActionInput<'isEcho'>): Error {
  const message = `A write of ours to conversation ${conversationId} of ${connection} is not settled yet, and this may be its echo.`;
  return retryLater(
    context,
    { code: 'echo_unsettled', message, hint: 'Nothing to do: it is looked at again as soon as the write has its answer.', connection },
    UNSETTLED_RETRY_MS,
  );
}
